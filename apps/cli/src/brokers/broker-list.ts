import type { ClusterDescription } from '@kafka-ts/client'
import type { Listing } from '../output/listing.ts'
import { flag, integer, isoTime, nullable, object, type ShapeOf, text, time } from '../output/shape.ts'

/** The shape of a broker, as lists and `cluster info` show it. */
export const brokerShape = object({
  id: integer(),
  host: text(),
  port: integer(),
  rack: nullable(text()),
  isController: flag(),
  state: text('running, starting, stopping or fenced'),
  version: text('of its program'),
  startTime: time(),
})
/** A broker. */
export type BrokerItem = ShapeOf<typeof brokerShape>

/** The brokers of a cluster, by id. */
export function brokerItems(cluster: ClusterDescription): BrokerItem[] {
  return cluster.brokers
    .map(({ nodeId, host, port, rack, state, version, startTimeMs }) => ({
      id: nodeId,
      host,
      port,
      rack,
      isController: nodeId === cluster.controllerId,
      state,
      version,
      startTime: startTimeMs,
    }))
    .sort((left, right) => left.id - right.id)
}

/** Brokers, one a line. */
export const brokerListing: Listing<BrokerItem> = {
  kind: 'BrokerList',
  item: brokerShape,
  name: (item) => String(item.id),
  columns: [
    { header: 'ID', value: (item) => item.id },
    { header: 'HOST', value: (item) => item.host, isName: true },
    { header: 'PORT', value: (item) => item.port },
    { header: 'RACK', value: (item) => item.rack },
    { header: 'STATE', value: (item) => item.state },
    { header: 'CONTROLLER', value: (item) => item.isController },
    { header: 'VERSION', value: (item) => item.version, isWide: true },
    { header: 'STARTED', value: (item) => isoTime(item.startTime), isWide: true },
  ],
}
