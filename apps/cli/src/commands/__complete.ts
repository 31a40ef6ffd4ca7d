import { CliCommand } from '../command.ts'
import { liveNames } from '../completion/live-names.ts'
import { type Candidate, completionAt, type Wanted } from '../completion/request.ts'

/** Asked by the scripts of `completion`: the words after `--`, the last of them being typed. Prints a candidate a line. */
export default class Complete extends CliCommand {
  static override summary = 'Say what can stand at the cursor'
  static override hidden = true
  static override strict = false

  async run(): Promise<void> {
    const words = this.argv[0] === '--' ? this.argv.slice(1) : this.argv
    const topics = new Map(this.config.topics.map((topic) => [topic.name, topic.description ?? '']))
    const wanted = completionAt(this.config.commands, topics, words)
    if (wanted === undefined) return
    const { stdout } = this.doors
    if (wanted.kind === 'files') {
      stdout.write(':files\n')
      return
    }
    const current = words.at(-1) ?? ''
    const lines = (await this.#candidates(wanted, words))
      .map(({ value, description }) => ({ value: `${wanted.before}${value}`, description }))
      .filter(({ value }) => value.startsWith(current))
      .map(({ value, description }) => (description ? `${value}\t${description}\n` : `${value}\n`))
    stdout.write(lines.join(''))
  }

  async #candidates(wanted: Exclude<Wanted, { readonly kind: 'files' }>, words: readonly string[]): Promise<readonly Candidate[]> {
    if (wanted.kind === 'words') return wanted.candidates
    const flags = { brokers: valueIn(words, '--brokers', '-b'), context: valueIn(words, '--context') }
    const paths = this.paths({ 'config-file': valueIn(words, '--config-file') })
    const names = await liveNames(wanted.of, { doors: this.doors, paths, cacheDir: this.config.cacheDir, flags })
    return names.map((value) => ({ value }))
  }
}

/** The value of a flag on the line being completed, found without the parser: the line is not whole yet. */
function valueIn(words: readonly string[], ...names: readonly string[]): string | undefined {
  for (const [index, word] of words.slice(0, -1).entries()) {
    if (names.includes(word)) return words[index + 1]
    const name = names.find((candidate) => word.startsWith(`${candidate}=`))
    if (name !== undefined) return word.slice(name.length + 1)
  }
  return undefined
}
