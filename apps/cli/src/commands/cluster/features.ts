import type { ApiSupport, BrokerFeatures } from '@kafka-ts/client'
import { chooseBrokers } from '../../brokers/choose-brokers.ts'
import { CliCommand } from '../../command.ts'
import { clusterFlags, listingFlags } from '../../flags/global.ts'
import { Flags } from '../../flags/oclif.ts'
import { humanBytes } from '../../output/humanize.ts'
import type { Listing } from '../../output/listing.ts'
import { integer, list, nullable, object, type ShapeOf, text } from '../../output/shape.ts'
import { type Column, renderTable, type TableStyle } from '../../output/table.ts'

const apiShape = object({
  key: integer(),
  name: nullable(text('null: this client does not know the API')),
  minVersion: integer(),
  maxVersion: integer(),
  usedVersion: nullable(integer('null: the broker and this client have none in common')),
})

const shape = object({
  broker: integer(),
  clusterId: text(),
  maxFrameBytes: integer('of one request'),
  maxBatchBytes: integer('of one batch of records, unless a topic has its own limit'),
  maxInFlight: integer('requests of a connection that are worked on at a time'),
  apis: list(apiShape),
})
type Features = ShapeOf<typeof shape>

const apiColumns: readonly Column<ApiSupport>[] = [
  { header: 'KEY', value: (item) => item.key },
  { header: 'API', value: (item) => item.name ?? 'unknown', isName: true },
  {
    header: 'VERSIONS',
    value: (item) => (item.minVersion === item.maxVersion ? `${item.minVersion}` : `${item.minVersion}-${item.maxVersion}`),
  },
  { header: 'USED', value: (item) => item.usedVersion },
]

const listing: Listing<Features> = {
  kind: 'BrokerFeatures',
  item: shape,
  name: (item) => item.apis.map((api) => api.name ?? String(api.key)).join('\n'),
  columns: [
    { header: 'BROKER', value: (item) => item.broker },
    { header: 'CLUSTER', value: (item) => item.clusterId },
    { header: 'MAX-FRAME', value: (item) => item.maxFrameBytes, number: 'bytes' },
    { header: 'MAX-BATCH', value: (item) => item.maxBatchBytes, number: 'bytes' },
    { header: 'MAX-IN-FLIGHT', value: (item) => item.maxInFlight },
    { header: 'APIS', value: (item) => item.apis.length },
  ],
  draw: (items, style) => items.map((item) => drawFeatures(item, style)).join('\n'),
}

function drawFeatures(item: Features, style: TableStyle): string {
  const bytes = (count: number) => (style.isRaw ? String(count) : humanBytes(count))
  const limits = `MAX FRAME ${bytes(item.maxFrameBytes)}   MAX BATCH ${bytes(item.maxBatchBytes)}   MAX IN FLIGHT ${item.maxInFlight}`
  return `BROKER ${item.broker}   CLUSTER ${item.clusterId}   ${limits}\n${renderTable(apiColumns, item.apis, style)}`
}

export default class ClusterFeatures extends CliCommand {
  static override summary = 'Show what brokers speak and accept: versions of each API, and limits'
  static override flags = {
    ...clusterFlags,
    ...listingFlags,
    broker: Flags.integer({ summary: 'Only of this broker', helpValue: 'ID', min: 0 }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(ClusterFeatures)
    await this.session(flags, async (session) => {
      if (session.output.wroteSchema(listing)) return
      const { brokers } = await session.admin('describe the cluster', (admin, options) => admin.describeCluster(options))
      const wanted = chooseBrokers(brokers, flags.broker)
      const items = await Promise.all(
        wanted.map(({ nodeId }) =>
          session.admin(`ask broker ${nodeId} what it speaks`, (admin, options) => admin.describeFeatures({ ...options, broker: nodeId })),
        ),
      )
      await session.output.write(listing, { items: items.map(featuresItem) })
    })
  }
}

function featuresItem({ nodeId, apis, ...rest }: BrokerFeatures): Features {
  return { broker: nodeId, ...rest, apis: apis.toSorted((left, right) => left.key - right.key) }
}
