import type { BrokerDescription, ConfigEntry, LogDirDescription, TopicDescription } from '@kafka-ts/client'
import { configShape, drawConfigs } from '../configs/described-configs.ts'
import { humanAge, humanBytes } from '../output/humanize.ts'
import type { Listing } from '../output/listing.ts'
import { flag, int64, integer, isoTime, list, nullable, object, optional, type ShapeOf, text } from '../output/shape.ts'
import { type Column, renderTable, type TableStyle } from '../output/table.ts'
import { brokerItems, brokerShape } from './broker-list.ts'

const logDirShape = object({
  path: text(),
  isOnline: flag(),
  replicas: integer(),
  sizeBytes: int64('of the logs'),
  totalBytes: nullable(int64('of the volume; null when not known')),
  usableBytes: nullable(int64('free on the volume; null when not known')),
})

const shape = object({
  broker: brokerShape,
  uptimeMs: integer('since its start, by the clock here'),
  leaders: integer('partitions it leads'),
  replicas: integer('of partitions, on this broker'),
  logDirs: list(logDirShape),
  configs: optional(list(configShape)),
})
/** A broker with what it holds and how it is set up. */
export type BrokerDetails = ShapeOf<typeof shape>

/** What is read of a broker. */
export interface BrokerReadings {
  readonly broker: BrokerDescription
  readonly controllerId: number
  readonly topics: readonly TopicDescription[]
  readonly logDirs: readonly LogDirDescription[]
  readonly configs: readonly ConfigEntry[] | undefined
  readonly nowMs: number
}

/** One broker as an item. */
export function brokerDetails({ broker, controllerId, topics, logDirs, configs, nowMs }: BrokerReadings): BrokerDetails {
  const partitions = topics.flatMap((topic) => topic.partitions)
  const known = (bytes: number) => (bytes < 0 ? null : bytes)
  return {
    broker: brokerItems({ clusterId: '', controllerId, brokers: [broker] })[0]!,
    uptimeMs: Math.max(0, nowMs - broker.startTimeMs),
    leaders: partitions.filter((partition) => partition.leader === broker.nodeId).length,
    replicas: partitions.filter((partition) => partition.replicas.includes(broker.nodeId)).length,
    logDirs: logDirs.map((logDir) => ({
      path: logDir.path,
      isOnline: logDir.error === undefined,
      replicas: logDir.replicas.length,
      sizeBytes: logDir.replicas.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      totalBytes: known(logDir.totalBytes),
      usableBytes: known(logDir.usableBytes),
    })),
    configs: configs?.map(({ name, value, source, isDefault, isReadOnly, isSensitive }) => ({
      name,
      value,
      source,
      isDefault,
      isReadOnly,
      isSensitive,
    })),
  }
}

type LogDirItem = BrokerDetails['logDirs'][number]

const logDirColumns: readonly Column<LogDirItem>[] = [
  { header: 'LOG-DIR', value: (item) => item.path, isName: true },
  { header: 'STATE', value: (item) => (item.isOnline ? 'online' : '! offline') },
  { header: 'REPLICAS', value: (item) => item.replicas },
  { header: 'SIZE', value: (item) => item.sizeBytes, number: 'bytes' },
  { header: 'FREE', value: (item) => item.usableBytes ?? undefined, number: 'bytes' },
  { header: 'TOTAL', value: (item) => item.totalBytes ?? undefined, number: 'bytes' },
]

/** A block a broker. */
export const brokerDetailsListing: Listing<BrokerDetails> = {
  kind: 'BrokerDescription',
  item: shape,
  name: (item) => String(item.broker.id),
  columns: [
    { header: 'ID', value: (item) => item.broker.id },
    { header: 'HOST', value: (item) => item.broker.host, isName: true },
    { header: 'PORT', value: (item) => item.broker.port },
    { header: 'STATE', value: (item) => item.broker.state },
    { header: 'LEADERS', value: (item) => item.leaders },
    { header: 'REPLICAS', value: (item) => item.replicas },
    { header: 'SIZE', value: (item) => item.logDirs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0), number: 'bytes' },
  ],
  draw: (items, style) => items.map((item) => drawDetails(item, style)).join('\n'),
}

function drawDetails({ broker, uptimeMs, leaders, replicas, logDirs, configs }: BrokerDetails, style: TableStyle): string {
  const size = logDirs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const lines = [
    `BROKER ${broker.id}   ${broker.host}:${broker.port}   STATE ${broker.state}   RACK ${broker.rack ?? '-'}${broker.isController ? '   CONTROLLER' : ''}\n`,
    `VERSION ${broker.version}   STARTED ${isoTime(broker.startTime)} (${humanAge(uptimeMs)} ago)\n`,
    `LEADERS ${leaders}   REPLICAS ${replicas}   SIZE ${style.isRaw ? size : humanBytes(size)}\n`,
    renderTable(logDirColumns, logDirs, style),
  ]
  if (configs !== undefined) lines.push(...drawConfigs(configs))
  return lines.join('')
}
