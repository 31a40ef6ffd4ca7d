import { type OutputFormat, outputFormats } from '../output/format.ts'
import { durationFlag } from './duration.ts'
import { Flags } from './oclif.ts'

const helpGroup = 'GLOBAL'
const MIN_WATCH_MS = 500

/** Understood by every command. */
export const globalFlags = {
  'config-file': Flags.string({ summary: 'Read contexts from this file', helpValue: 'PATH', helpGroup }),
  output: Flags.custom<OutputFormat>({
    options: [...outputFormats],
  })({ char: 'o', summary: 'How results are written; schema prints the shape of the JSON', helpGroup }),
  json: Flags.boolean({ summary: 'The same as -o json', helpGroup, exclusive: ['output'] }),
  quiet: Flags.boolean({ char: 'q', summary: 'No progress, summaries or footers on stderr', helpGroup }),
  'no-color': Flags.boolean({ summary: 'No colours', helpGroup }),
  ascii: Flags.boolean({ summary: 'No characters beyond ASCII of our own', helpGroup }),
  debug: Flags.boolean({ summary: 'Show what the client does, and where errors come from', helpGroup }),
}

/** Understood by every command that talks to a cluster. */
export const clusterFlags = {
  brokers: Flags.string({ char: 'b', summary: 'Brokers to begin with, separated by commas', helpValue: 'host:port', helpGroup }),
  context: Flags.string({ summary: 'Use this context', helpValue: 'NAME', helpGroup }),
  property: Flags.string({
    char: 'X',
    summary: 'A property of the client, by its Kafka name (repeatable)',
    helpValue: 'key=value',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup,
  }),
  timeout: durationFlag({ summary: 'How long a broker may take to answer', helpValue: '10s', helpGroup }),
}

/** How listings are written. */
export const listingFlags = {
  columns: Flags.string({ summary: 'Columns of the table, separated by commas', helpValue: 'a,b', helpGroup: 'OUTPUT' }),
  sort: Flags.string({ summary: 'Sort by a column', helpValue: 'col[:desc]', helpGroup: 'OUTPUT' }),
  'no-headers': Flags.boolean({ summary: 'No header line', helpGroup: 'OUTPUT' }),
  raw: Flags.boolean({ summary: 'Numbers as they are, without units or separators', helpGroup: 'OUTPUT' }),
}

/** For commands that only read: run again and again. */
export const watchFlags = {
  watch: durationFlag({
    summary: 'Repeat every 2 s, or as often as given: --watch=5s',
    helpValue: '2s',
    minMs: MIN_WATCH_MS,
    helpGroup: 'OUTPUT',
  }),
}

/** For commands that change something. */
export const mutationFlags = {
  'dry-run': Flags.boolean({ summary: 'Check everything and show what would be done, but change nothing' }),
}

/** For commands that destroy something. */
export const confirmationFlags = {
  yes: Flags.boolean({ char: 'y', summary: 'Do not ask' }),
  confirm: Flags.string({ summary: 'The name, typed again: for protected contexts in scripts', helpValue: 'NAME' }),
  'no-input': Flags.boolean({ summary: 'Never ask: fail where a question would be' }),
}
