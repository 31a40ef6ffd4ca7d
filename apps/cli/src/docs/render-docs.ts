import type { Command } from '@oclif/core/command'
import { tour } from './tour.ts'

/** A command as oclif keeps it in its manifest. */
export type DocumentedCommand = Pick<Command.Loadable, 'id' | 'summary' | 'description' | 'args' | 'flags' | 'examples'>

type Flag = DocumentedCommand['flags'][string]

const GLOBAL = 'GLOBAL'
const BIN = 'kafka-ts'

/** The reference of all commands as Markdown: the flags that most have in common once, then each command with its own. */
export function renderReference(commands: readonly DocumentedCommand[]): string {
  const sorted = commands.toSorted((left, right) => (left.id < right.id ? -1 : 1))
  const shared = new Map<string, Flag>()
  for (const command of sorted) for (const flag of Object.values(command.flags)) if (flag.helpGroup === GLOBAL) shared.set(flag.name, flag)
  return [
    '## Flags of every command',
    '',
    'Those about brokers and contexts belong to the commands that talk to a cluster.',
    '',
    ...flagTable([...shared.values()]),
    ...sorted.flatMap(renderCommand),
  ].join('\n')
}

function renderCommand(command: DocumentedCommand): string[] {
  const own = Object.values(command.flags).filter((flag) => flag.helpGroup !== GLOBAL)
  const args = Object.values(command.args)
  const usage = [
    BIN,
    ...command.id.split(':'),
    ...args.map((arg) => drawArg(arg.name.toUpperCase(), arg)),
    ...(own.length > 0 ? ['[FLAGS]'] : []),
  ]
  return [
    '',
    `## ${command.id.replaceAll(':', ' ')}`,
    '',
    `${command.summary ?? ''}.`,
    ...(command.description === undefined || command.description === command.summary ? [] : ['', command.description]),
    '',
    '```',
    usage.join(' '),
    '```',
    ...(own.length === 0 ? [] : ['', ...flagTable(own)]),
    ...renderExamples(command.examples ?? []),
  ]
}

function drawArg(name: string, arg: { readonly required?: boolean; readonly multiple?: boolean }): string {
  const word = arg.multiple ? `${name}…` : name
  return arg.required ? word : `[${word}]`
}

function flagTable(flags: readonly Flag[]): string[] {
  const rows = flags
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .map((flag) => `| ${drawFlag(flag)} | ${cell(describeFlag(flag))} |`)
  return ['| flag | what it does |', '| --- | --- |', ...rows]
}

function drawFlag(flag: Flag): string {
  const short = flag.char === undefined ? '' : `-${flag.char}, `
  if (flag.type === 'boolean') return `\`${short}--${flag.allowNo ? '[no-]' : ''}${flag.name}\``
  const value = flag.options === undefined ? (flag.helpValue ?? 'VALUE') : flag.options.join('|')
  return cell(`\`${short}--${flag.name} ${String(value)}\``)
}

function describeFlag(flag: Flag): string {
  const fallback = flag.type === 'option' && typeof flag.default === 'string' && flag.default !== '' ? ` (default: ${flag.default})` : ''
  return `${flag.summary ?? flag.description ?? ''}${flag.required ? ' (required)' : ''}${fallback}`
}

/** A bar would end the cell of a table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

function renderExamples(examples: NonNullable<DocumentedCommand['examples']>): string[] {
  if (examples.length === 0) return []
  const lines = examples.map((example) => (typeof example === 'string' ? example : example.command).replaceAll('<%= config.bin %>', BIN))
  return ['', '```sh', ...lines, '```']
}

/** The whole of docs/cli.md. */
export function renderDocs(commands: readonly DocumentedCommand[]): string {
  return `${tour}\n# Reference\n\n<!-- Written by "npm run docs" in apps/cli from the commands themselves. -->\n\n${renderReference(commands)}\n`
}
