import { CliCommand } from '../command.ts'
import { ByteWriter } from '../consume/byte-writer.ts'
import { consume } from '../consume/consume.ts'
import { encodings } from '../consume/encoding.ts'
import { openReader } from '../consume/open-reader.ts'
import { type FromPosition, parseFrom, parseRange, parseTo, type ToPosition } from '../consume/positions.ts'
import { recordFilter } from '../consume/record-filter.ts'
import { type RecordView, recordListing } from '../consume/record-shape.ts'
import { formatWriter, recordWriter } from '../consume/record-writer.ts'
import { usageError } from '../errors/cli-error.ts'
import { clusterFlags } from '../flags/global.ts'
import { parsePartitions } from '../flags/key-value.ts'
import { Args, Flags } from '../flags/oclif.ts'
import { type Interrupt, interruptExitCode } from '../interrupts.ts'
import { plural } from '../output/humanize.ts'
import type { PropertyScope } from '../settings/client-properties.ts'
import { selectTopics } from '../topics/select-topics.ts'

const VALUES_ONLY = '%v\\n'
const META_ONLY = '%t\\t%p\\t%o\\t%T\\t%k\\n'

/** The flags that say what is read. */
interface RangeFlags {
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly range?: string | undefined
  readonly 'exit-at-end': boolean
}

export default class Consume extends CliCommand {
  static override summary = 'Read records of topics'
  static override description =
    'Without -f and -o the value of each record is printed, followed by a line feed. A format understands %t topic, %p partition, %o offset, %k key, %v value, ' +
    '%T timestamp in milliseconds, %h headers, %% and \\t \\n \\r \\0 \\\\ \\xNN; nothing is added to it. Ctrl-C is a normal end.'
  static override examples = [
    '<%= config.bin %> consume orders',
    "<%= config.bin %> consume orders --from start --exit-at-end -f '%k\\t%v\\n'",
    '<%= config.bin %> consume orders --from @-1h --to end -o ndjson',
    '<%= config.bin %> consume orders --from -10 -e -p 0',
    '<%= config.bin %> consume orders --group billing --commit -n 100',
  ]
  static override scopes: readonly PropertyScope[] = ['client', 'consumer']
  static override args = {
    topic: Args.string({ description: 'Names of topics', required: true, multiple: true, ignoreStdin: true }),
  }
  static override flags = {
    ...clusterFlags,
    regex: Flags.boolean({ char: 'r', summary: 'Names are regular expressions' }),
    from: Flags.string({
      summary: 'Where to begin in each partition: start, end, an offset, -N (the last N) or @TIME. Default: end; start with -e or --to',
      helpValue: 'start|end|N|-N|@T',
    }),
    to: Flags.string({ summary: 'Where to end in each partition: end (as it is now), an offset or @TIME', helpValue: 'end|N|@T' }),
    range: Flags.string({ summary: 'The same as --from A --to B', helpValue: 'A:B', exclusive: ['from', 'to', 'exit-at-end'] }),
    'exit-at-end': Flags.boolean({ char: 'e', summary: 'The same as --to end', exclusive: ['to'] }),
    limit: Flags.integer({ char: 'n', summary: 'End after so many records', min: 1 }),
    format: Flags.string({
      char: 'f',
      summary: "Print records like this: '%k\\t%v\\n'",
      helpValue: 'FORMAT',
      exclusive: ['output', 'json'],
    }),
    partitions: Flags.string({ char: 'p', summary: 'Only these partitions', helpValue: '0,1' }),
    group: Flags.string({
      char: 'g',
      summary: 'Read as a member of this group, sharing the partitions with its other members, from where the group is',
      helpValue: 'ID',
      exclusive: ['partitions', 'range'],
    }),
    commit: Flags.boolean({ summary: 'Commit what was written; without it the group stays where it is', dependsOn: ['group'] }),
    'filter-key': Flags.string({ summary: 'Only records whose key matches', helpValue: 'RE' }),
    'filter-value': Flags.string({ summary: 'Only records whose value matches', helpValue: 'RE' }),
    'filter-header': Flags.string({ summary: 'Only records with a header that matches, as name=value', helpValue: 'RE' }),
    'meta-only': Flags.boolean({ summary: 'No values' }),
    'key-as': Flags.option({ options: encodings })({ summary: 'How keys are shown', default: 'utf8' }),
    'value-as': Flags.option({ options: encodings })({ summary: 'How values are shown', default: 'utf8' }),
    'null-as': Flags.string({ summary: 'Printed for a null key or value, to tell it from an empty one', helpValue: 'TEXT', default: '' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Consume)
    const { from, to } = rangeOf(flags, this.doors.now())
    const partitions = flags.partitions === undefined ? undefined : parsePartitions(flags.partitions, '--partitions')
    const filter = recordFilter(flags)
    if (flags.group !== undefined && to !== undefined && to !== 'end')
      throw usageError('--to: with --group only the end is known to all its members: --to end.')
    if (flags['meta-only'] && flags.format !== undefined && /%v/.test(flags.format))
      throw usageError('--meta-only and %v in --format contradict each other.')
    const view: RecordView = {
      keyAs: flags['key-as'],
      valueAs: flags['value-as'],
      nullAs: flags['null-as'],
      isMetaOnly: flags['meta-only'],
    }
    await this.session(flags, async (session) => {
      const { output, doors } = session
      if (output.wroteSchema(recordListing)) return
      const out = new ByteWriter(doors.stdout)
      const isPlain = flags.format === undefined && flags.output === undefined && output.isForPeople
      const format = isPlain ? (view.isMetaOnly ? META_ONLY : VALUES_ONLY) : flags.format
      const topics = await selectTopics(session, [args.topic].flat(), flags.regex)
      const writer = format === undefined ? recordWriter(output.format, { out, view, topics }) : formatWriter(format, out, view)
      const range = { topics, partitions, from, to }
      const reader = await openReader(session, range, flags)
      const interruption = new AbortController()
      const stop = doors.interrupts.handle((interrupt) => interruption.abort(interrupt))
      if (to === undefined && doors.stdout.isTTY && doors.stderr.isTTY)
        output.say(`Waiting for records of ${topics.join(', ')}; ctrl-C ends.`)
      try {
        const job = { ...reader, out, writer, filter, limit: flags.limit, signal: interruption.signal }
        const finished = new AbortController()
        const reading = consume(session, job).finally(() => finished.abort())
        const [count] = await Promise.all([reading, reader.watch(finished.signal)])
        if (doors.stderr.isTTY) output.say(plural(count, 'record'))
      } catch (error) {
        throw session.explain(error, `consume ${topics.join(', ')}`)
      } finally {
        stop()
        await reader.close()
      }
      // For a consumer ctrl-C is the usual way to end.
      if (interruption.signal.reason === 'SIGTERM') process.exitCode = interruptExitCode(interruption.signal.reason as Interrupt)
    })
  }
}

function rangeOf(flags: RangeFlags, nowMs: number): { readonly from: FromPosition; readonly to: ToPosition | undefined } {
  if (flags.range !== undefined) return parseRange(flags.range, nowMs)
  const to = flags['exit-at-end'] ? 'end' : flags.to === undefined ? undefined : parseTo(flags.to, nowMs)
  const from = flags.from === undefined ? (to === undefined ? 'latest' : 'earliest') : parseFrom(flags.from, nowMs)
  return { from, to }
}
