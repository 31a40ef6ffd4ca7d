import { type OutputFormat, outputFormats } from '../output/format.ts'
import { parseDuration } from './parse-duration.ts'

const DEFAULT_WATCH = '2s'

/** The part of a command line that can hold flags. */
function beforeDashes(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  return end === -1 ? argv : argv.slice(0, end)
}

/** Whether a flag without a value is there. For what must be known even when the command line cannot be parsed. */
export function hasFlag(argv: readonly string[], flag: string): boolean {
  return beforeDashes(argv).includes(flag)
}

/** The output format asked for, found without the parser: errors of the parser itself are reported in it. */
export function requestedFormat(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): OutputFormat {
  const words = beforeDashes(argv)
  let format: string | undefined = env['KAFKA_TS_OUTPUT']
  words.forEach((word, index) => {
    if (word === '--json') format = 'json'
    else if (word === '-o' || word === '--output') format = words[index + 1]
    else if (word.startsWith('--output=')) format = word.slice('--output='.length)
    else if (word.startsWith('-o') && !word.startsWith('--')) format = word.slice(2).replace(/^=/, '')
  })
  return outputFormats.find((known) => known === format) ?? 'table'
}

/** `--watch` may stand alone, which oclif's options cannot: where no duration follows it gets its default value. */
export function withWatchInterval(argv: readonly string[]): string[] {
  const end = beforeDashes(argv).length
  const isAlone = (index: number) => index < end && argv[index] === '--watch' && parseDuration(argv[index + 1] ?? '') === undefined
  return argv.map((word, index) => (isAlone(index) ? `--watch=${DEFAULT_WATCH}` : word))
}
