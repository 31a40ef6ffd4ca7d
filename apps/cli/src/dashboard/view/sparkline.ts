import type { Glyphs } from './glyphs.ts'

/**
 * The last values as a line of blocks, each row to its own scale. Fewer columns than values: each column is the largest of its share, so a spike stays. All
 * zero is drawn at the bottom and all the same at half height, so that standing still looks different from having nothing.
 */
export function sparkline(values: readonly number[], width: number, { sparks }: Pick<Glyphs, 'sparks'>): string {
  const columns = resample(values, width)
  const most = Math.max(...columns, 0)
  const least = Math.min(...columns)
  const top = sparks.length - 1
  return columns
    .map((value) => {
      if (most === 0) return sparks[0]
      if (most === least) return sparks[Math.floor(top / 2)]
      return sparks[Math.round((value / most) * top)]
    })
    .join('')
}

function resample(values: readonly number[], width: number): number[] {
  if (values.length <= width) return [...values]
  return Array.from({ length: width }, (_, column) => {
    const from = Math.floor((column * values.length) / width)
    const to = Math.floor(((column + 1) * values.length) / width)
    return Math.max(...values.slice(from, to))
  })
}

/** A share of the whole as a bar. */
export function bar(share: number, width: number, { bar: block }: Pick<Glyphs, 'bar'>): string {
  return block.repeat(Math.round(Math.min(1, Math.max(0, share)) * width))
}
