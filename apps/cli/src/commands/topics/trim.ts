import { CliCommand } from '../../command.ts'
import { confirmDestruction } from '../../confirm.ts'
import { CliError, notFoundError } from '../../errors/cli-error.ts'
import { EXIT } from '../../errors/exit-codes.ts'
import { clusterFlags, confirmationFlags, mutationFlags } from '../../flags/global.ts'
import { parsePartitions, parseWhole } from '../../flags/key-value.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import { parseTimestamp } from '../../flags/timestamp.ts'
import { humanCount } from '../../output/humanize.ts'
import type { Listing } from '../../output/listing.ts'
import { flag, int64, integer, object, type ShapeOf, text } from '../../output/shape.ts'
import type { Session } from '../../session.ts'

const shape = object({
  topic: text(),
  partition: integer(),
  startOffset: int64('before'),
  newStartOffset: int64('after'),
  records: int64('offsets that are gone'),
  isDryRun: flag(),
})
type Trim = ShapeOf<typeof shape>

const listing: Listing<Trim> = {
  kind: 'TopicTrimList',
  item: shape,
  name: (item) => `${item.topic}/${item.partition}`,
  columns: [
    { header: 'TOPIC', value: (item) => item.topic, isName: true },
    { header: 'PARTITION', value: (item) => item.partition },
    { header: 'START', value: (item) => item.startOffset, number: 'count' },
    { header: 'NEW-START', value: (item) => item.newStartOffset, number: 'count' },
    { header: 'RECORDS', value: (item) => item.records, number: 'count' },
  ],
}

export default class TopicsTrim extends CliCommand {
  static override summary = 'Delete the oldest records of a topic'
  static override examples = [
    '<%= config.bin %> topics trim orders --before @-24h',
    '<%= config.bin %> topics trim orders --before end --partitions 0,1',
  ]
  static override args = { topic: Args.string({ description: 'Name of the topic', required: true, ignoreStdin: true }) }
  static override flags = {
    ...clusterFlags,
    ...mutationFlags,
    ...confirmationFlags,
    before: Flags.string({
      summary: 'Delete what is before this: an offset, @TIME, or end for everything',
      helpValue: 'OFFSET|@TIME|end',
      required: true,
    }),
    partitions: Flags.string({ summary: 'Only these partitions', helpValue: '0,1' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TopicsTrim)
    const { topic } = args
    const wanted = flags.partitions === undefined ? undefined : parsePartitions(flags.partitions, '--partitions')
    const before = parseBefore(flags.before, this.doors.now())
    const isDryRun = flags['dry-run']
    await this.session(flags, async (session) => {
      if (session.output.wroteSchema(listing)) return
      const partitions = await choosePartitions(session, topic, wanted)
      const plan = await planTrim(session, { topic, partitions, before })
      const total = plan.reduce((sum, { records }) => sum + records, 0)
      if (isDryRun) return session.output.write(listing, { items: plan.map((item) => ({ ...item, isDryRun })) })
      await confirmDestruction(session, flags, { question: `Delete ${humanCount(total)} records of topic ${topic}`, name: topic })
      const targets = plan.map(({ partition, newStartOffset }) => ({ topic, partition, before: newStartOffset }))
      const outcomes = await session.admin(`trim topic ${topic}`, (admin, options) => admin.deleteRecords(targets, options))
      const { succeeded, failures } = session.split(outcomes, ({ partition }) => ({
        name: `${topic}/${partition}`,
        what: `trim ${topic}/${partition}`,
      }))
      const items = succeeded.flatMap(({ partition, logStartOffset }) => {
        const planned = plan.find((item) => item.partition === partition)
        if (planned === undefined || logStartOffset === undefined) return []
        return { ...planned, newStartOffset: logStartOffset, records: logStartOffset - planned.startOffset }
      })
      await session.output.write(listing, { items, failures, done: 'trimmed', noun: 'partition' })
    })
  }
}

/** An offset, a time in milliseconds, or the end. */
type Before = { readonly offset: number } | { readonly timestamp: number } | 'end'

function parseBefore(input: string, nowMs: number): Before {
  if (input === 'end') return 'end'
  if (input.startsWith('@')) return { timestamp: parseTimestamp(input, nowMs, '--before') }
  return { offset: parseWhole(input, '--before') }
}

async function choosePartitions(session: Session, topic: string, wanted: readonly number[] | undefined): Promise<number[]> {
  const description = await session.admin(`describe topic ${topic}`, (admin, options) => admin.describeTopic(topic, options))
  const existing = description.partitions.map(({ partition }) => partition)
  const missing = wanted?.find((partition) => !existing.includes(partition))
  if (missing !== undefined) throw notFoundError(`Topic ${topic} has no partition ${missing}.`, `kafka-ts topics describe ${topic}`)
  return wanted === undefined ? existing : [...wanted]
}

/** An offset beyond the end of a partition is a mistake: cutting at the end instead would delete more of it than the user has seen. */
function refuseBeyondEnd(topic: string, offset: number, ends: ReadonlyMap<number, number>): void {
  const beyond = [...ends].filter(([, end]) => offset > end)
  if (beyond.length === 0) return
  const named = beyond.map(([partition, end]) => `${topic}/${partition} ends at ${end}`)
  throw new CliError(`Cannot trim topic ${topic} before ${offset}: ${named.join(', ')}. Nothing was changed.`, {
    code: 'OFFSET_OUT_OF_RANGE',
    exit: EXIT.usage,
    suggestions: [`kafka-ts topics offsets ${topic}`, '--before end deletes all there is', '--partitions trims only some'],
  })
}

/** From where to where each partition would be cut; never below its start. */
async function planTrim(
  session: Session,
  { topic, partitions, before }: { readonly topic: string; readonly partitions: readonly number[]; readonly before: Before },
): Promise<Trim[]> {
  const offsetsAt = async (at: 'earliest' | 'latest' | { readonly timestamp: number }) => {
    const queries = partitions.map((partition) => ({ topic, partition, at }))
    const outcomes = await session.admin(`read the offsets of topic ${topic}`, (admin, options) => admin.listOffsets(queries, options))
    return outcomes.map((outcome) => {
      if (outcome.error !== undefined) throw session.explain(outcome.error, `read the offset of ${topic}/${outcome.partition}`)
      return outcome.offset
    })
  }
  const starts = await offsetsAt('earliest')
  const ends = await offsetsAt('latest')
  if (typeof before === 'object' && 'offset' in before)
    refuseBeyondEnd(topic, before.offset, new Map(partitions.map((partition, index) => [partition, ends[index]!])))
  const cuts = typeof before === 'object' && 'timestamp' in before ? await offsetsAt(before) : undefined
  return partitions.map((partition, index): Trim => {
    const startOffset = starts[index]!
    const end = ends[index]!
    const cut = cuts?.[index] ?? (typeof before === 'object' && 'offset' in before ? before.offset : end)
    const newStartOffset = Math.max(startOffset, cut < 0 ? end : cut)
    return { topic, partition, startOffset, newStartOffset, records: newStartOffset - startOffset, isDryRun: false }
  })
}
