import { humanDuration } from '../output/humanize.ts'

/** `retention.ms=604800000 (7d)`. */
export function drawConfig(name: string, value: string | null): string {
  if (value === null) return `${name}=?`
  const isDuration = name.endsWith('.ms') && /^\d+$/.test(value) && Number(value) >= 1000 && Number.isSafeInteger(Number(value))
  const human = isDuration ? humanDuration(Number(value)) : undefined
  return human === undefined || human === `${value}ms` ? `${name}=${value}` : `${name}=${value} (${human})`
}
