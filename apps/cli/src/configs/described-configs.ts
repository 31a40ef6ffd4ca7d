import { flag, nullable, object, type ShapeOf, text } from '../output/shape.ts'
import { drawConfig } from './draw-config.ts'

/** A config beside what it belongs to. */
export const configShape = object({
  name: text(),
  value: nullable(text()),
  source: text(),
  isDefault: flag(),
  isReadOnly: flag(),
  isSensitive: flag(),
})

/** Lines under a description: a heading that says whether defaults are among them, then a config a line. */
export function drawConfigs(configs: readonly ShapeOf<typeof configShape>[]): string[] {
  const isAll = configs.some((config) => config.isDefault)
  return [
    isAll ? 'CONFIG\n' : 'CONFIG (non-default; --all-configs for the rest)\n',
    ...(configs.length === 0 ? ['  none\n'] : configs.map((config) => `  ${drawConfig(config.name, config.value)}\n`)),
  ]
}
