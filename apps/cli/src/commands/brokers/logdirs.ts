import type { LogDirDescription } from '@kafka-ts/client'
import { CliCommand } from '../../command.ts'
import { usageError } from '../../errors/cli-error.ts'
import { clusterFlags, listingFlags, watchFlags } from '../../flags/global.ts'
import { parseList, parseWhole } from '../../flags/key-value.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import type { Listing } from '../../output/listing.ts'
import type { Failure } from '../../output/output.ts'
import { int64, integer, nullable, object, optional, type ShapeOf, text } from '../../output/shape.ts'
import type { Column } from '../../output/table.ts'

const groupings = ['broker', 'topic', 'partition'] as const
type Grouping = (typeof groupings)[number]

const shape = object({
  broker: integer(),
  path: text(),
  topic: optional(text('with --by topic or partition')),
  partition: optional(integer('with --by partition')),
  replicas: integer('how many replicas it holds'),
  sizeBytes: int64('of the logs'),
  totalBytes: optional(nullable(int64('of the volume; null when not known'))),
  usableBytes: optional(nullable(int64('free on the volume; null when not known'))),
})
type LogDirItem = ShapeOf<typeof shape>

function listingOf(by: Grouping): Listing<LogDirItem> {
  const grouped: Column<LogDirItem>[] = [
    ...(by === 'broker' ? [] : [{ header: 'TOPIC', value: (item: LogDirItem) => item.topic, isName: true }]),
    ...(by === 'partition' ? [{ header: 'PARTITION', value: (item: LogDirItem) => item.partition }] : []),
  ]
  const volume: Column<LogDirItem>[] = [
    { header: 'FREE', value: (item) => item.usableBytes ?? undefined, number: 'bytes' },
    { header: 'TOTAL', value: (item) => item.totalBytes ?? undefined, number: 'bytes' },
  ]
  return {
    kind: 'LogDirList',
    item: shape,
    name: (item) => item.path,
    columns: [
      { header: 'BROKER', value: (item) => item.broker },
      ...grouped,
      { header: 'REPLICAS', value: (item) => item.replicas },
      { header: 'SIZE', value: (item) => item.sizeBytes, number: 'bytes' },
      ...(by === 'broker' ? volume : []),
      { header: 'PATH', value: (item) => item.path, isName: by === 'broker' },
    ],
  }
}

export default class BrokersLogdirs extends CliCommand {
  static override summary = 'Show the log directories of brokers, and what fills them'
  static override args = { broker: Args.string({ description: 'Ids of brokers; all without one', multiple: true, ignoreStdin: true }) }
  static override flags = {
    ...clusterFlags,
    ...listingFlags,
    ...watchFlags,
    by: Flags.option({ options: groupings })({ summary: 'One line for each of these in each directory', default: 'broker' }),
    topics: Flags.string({ summary: 'Only these topics', helpValue: 'a,b' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BrokersLogdirs)
    const brokers = [args.broker ?? []].flat().map((id) => parseWhole(id, 'broker'))
    const topics = flags.topics === undefined ? undefined : parseList(flags.topics)
    if (topics?.length === 0) throw usageError('--topics: no topic is named.')
    const listing = listingOf(flags.by)
    await this.watching(flags, async (session) => {
      if (session.output.wroteSchema(listing)) return
      const what = 'read the log directories'
      const logDirs = await session.admin(what, (admin, options) =>
        admin.describeLogDirs({ ...options, ...(brokers.length === 0 ? {} : { brokers }), ...(topics === undefined ? {} : { topics }) }),
      )
      const failures = logDirs.flatMap(({ nodeId, path, error }): Failure[] =>
        error === undefined ? [] : [{ name: `${nodeId}:${path}`, error: session.explain(error, `read ${path} of broker ${nodeId}`) }],
      )
      const items = logDirs.filter((logDir) => logDir.error === undefined).flatMap((logDir) => itemsOf(logDir, flags.by))
      await session.output.write(listing, { items, failures, done: 'read', noun: 'log directory' })
    })
  }
}

/** The lines of one directory. */
function itemsOf(logDir: LogDirDescription, by: Grouping): LogDirItem[] {
  const { nodeId: broker, path, replicas } = logDir
  const sum = (sizes: readonly { readonly sizeBytes: number }[]) => sizes.reduce((total, { sizeBytes }) => total + sizeBytes, 0)
  const common = { broker, path, topic: undefined, partition: undefined, totalBytes: undefined, usableBytes: undefined }
  if (by === 'partition')
    return replicas.map(({ topic, partition, sizeBytes }) => ({ ...common, topic, partition, replicas: 1, sizeBytes }))
  if (by === 'topic') {
    const byTopic = Map.groupBy(replicas, (replica) => replica.topic)
    return [...byTopic].map(([topic, own]) => ({ ...common, topic, replicas: own.length, sizeBytes: sum(own) }))
  }
  const known = (bytes: number) => (bytes < 0 ? null : bytes)
  return [
    {
      ...common,
      replicas: replicas.length,
      sizeBytes: sum(replicas),
      totalBytes: known(logDir.totalBytes),
      usableBytes: known(logDir.usableBytes),
    },
  ]
}
