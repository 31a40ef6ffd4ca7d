import type { Command } from '@oclif/core/command'

/** A command as completion needs it: a part of what oclif keeps in its manifest. */
export type CompletableCommand = Pick<Command.Loadable, 'id' | 'summary' | 'flags' | 'args' | 'hidden'>

/** A word the shell may put in, and what it means. */
export interface Candidate {
  readonly value: string
  readonly description?: string
}

/** What only a cluster or the configuration knows. */
export type LiveKind = 'topic' | 'group' | 'broker' | 'context'

/** What can stand at the cursor. `before` is what of the word stays as it is: `--topic=`. */
export type Wanted =
  | { readonly kind: 'words'; readonly candidates: readonly Candidate[]; readonly before: string }
  | { readonly kind: 'live'; readonly of: LiveKind; readonly before: string }
  | { readonly kind: 'files' }

type Flag = CompletableCommand['flags'][string]

const FLAGS_LIVE: Readonly<Record<string, LiveKind>> = {
  topic: 'topic',
  topics: 'topic',
  group: 'group',
  'to-group': 'group',
  broker: 'broker',
  leader: 'broker',
  context: 'context',
}
const FILE_FLAGS = ['file', 'config-file', 'data-dir', 'export', 'from-file']
/** What the arguments of a command name, by the name of the argument. */
const ARGS_LIVE: Readonly<Record<string, LiveKind>> = {
  topic: 'topic',
  pattern: 'topic',
  group: 'group',
  broker: 'broker',
  id: 'broker',
  context: 'context',
}

/** What can stand at the cursor: after `words`, of which the last one is being typed. */
export function completionAt(
  commands: readonly CompletableCommand[],
  topics: ReadonlyMap<string, string>,
  words: readonly string[],
): Wanted | undefined {
  const current = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  const command = commandOf(commands, before)
  if (command === undefined) return commandWords(commands, topics, before)
  const rest = before.slice(command.id.split(':').length)
  const awaited = flagAwaitingValue(command, rest)
  if (awaited !== undefined) return completeValue(awaited, '')
  if (rest.includes('--')) return argOf(command, rest)
  const assigned = /^(--[^=]+)=/.exec(current)
  if (assigned !== null) {
    const flag = flagNamed(command, assigned[1]!)
    return flag === undefined ? undefined : completeValue(flag, `${assigned[1]}=`)
  }
  if (current.startsWith('-')) return flagWords(command, rest)
  return argOf(command, rest)
}

/** The command that the words before the cursor name, if they name one whole. */
function commandOf(commands: readonly CompletableCommand[], words: readonly string[]): CompletableCommand | undefined {
  return commands
    .filter((command) => command.id.split(':').every((part, index) => words[index] === part))
    .sort((left, right) => right.id.length - left.id.length)[0]
}

function commandWords(commands: readonly CompletableCommand[], topics: ReadonlyMap<string, string>, words: readonly string[]): Wanted {
  const candidates = new Map<string, string>()
  for (const command of commands) {
    const parts = command.id.split(':')
    if (command.hidden || parts.length <= words.length || !words.every((word, index) => parts[index] === word)) continue
    const next = parts[words.length]!
    const isWhole = parts.length === words.length + 1
    const description = isWhole ? command.summary : topics.get(parts.slice(0, words.length + 1).join(':'))
    if (!candidates.has(next) || isWhole) candidates.set(next, description ?? '')
  }
  const sorted = [...candidates].sort(([left], [right]) => (left < right ? -1 : 1))
  return { kind: 'words', candidates: sorted.map(([value, description]) => ({ value, description })), before: '' }
}

function flagNamed(command: CompletableCommand, word: string): Flag | undefined {
  const flags = Object.values(command.flags)
  if (word.startsWith('--')) return flags.find((flag) => `--${flag.name}` === word)
  return /^-[A-Za-z]$/.test(word) ? flags.find((flag) => flag.char === word.slice(1)) : undefined
}

/** The flag whose value the cursor is at. `--watch` may stand alone, so it never waits for one. */
function flagAwaitingValue(command: CompletableCommand, words: readonly string[]): Flag | undefined {
  const last = words.at(-1)
  if (last === undefined || words.slice(0, -1).includes('--')) return undefined
  const flag = flagNamed(command, last)
  return flag?.type === 'option' && flag.name !== 'watch' ? flag : undefined
}

function completeValue(flag: Flag, before: string): Wanted | undefined {
  if (flag.type === 'option' && flag.options !== undefined)
    return { kind: 'words', candidates: flag.options.map((value) => ({ value })), before }
  const live = FLAGS_LIVE[flag.name]
  if (live !== undefined) return { kind: 'live', of: live, before }
  return FILE_FLAGS.includes(flag.name) ? { kind: 'files' } : undefined
}

function flagWords(command: CompletableCommand, words: readonly string[]): Wanted {
  const candidates = Object.values(command.flags)
    .filter((flag) => !flag.hidden && (isRepeatable(flag) || !isUsed(flag, words)))
    .map((flag) => ({ value: `--${flag.name}`, description: flag.summary ?? '' }))
    .sort((left, right) => (left.value < right.value ? -1 : 1))
  return { kind: 'words', candidates, before: '' }
}

function isRepeatable(flag: Flag): boolean {
  return flag.type === 'option' && flag.multiple === true
}

function isUsed(flag: Flag, words: readonly string[]): boolean {
  return words.some((word) => word === `--${flag.name}` || word.startsWith(`--${flag.name}=`) || word === `-${flag.char}`)
}

function argOf(command: CompletableCommand, words: readonly string[]): Wanted | undefined {
  const args = Object.values(command.args)
  const index = countArguments(command, words)
  const last = args.at(-1)
  const arg = args[index] ?? (last?.multiple ? last : undefined)
  if (arg === undefined) return undefined
  if (arg.options !== undefined) return { kind: 'words', candidates: arg.options.map((value) => ({ value })), before: '' }
  if (arg.name === 'file') return { kind: 'files' }
  const live = ARGS_LIVE[arg.name]
  return live === undefined ? undefined : { kind: 'live', of: live, before: '' }
}

/** How many words are arguments: neither flags nor their values. */
function countArguments(command: CompletableCommand, words: readonly string[]): number {
  let count = 0
  let hasEnded = false
  words.forEach((word, index) => {
    if (!hasEnded && word === '--') hasEnded = true
    else if (hasEnded || (!word.startsWith('-') && flagAwaitingValue(command, words.slice(0, index)) === undefined)) count++
  })
  return count
}
