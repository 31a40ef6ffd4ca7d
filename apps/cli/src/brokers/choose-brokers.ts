import type { BrokerDescription } from '@kafka-ts/client'
import { notFoundError } from '../errors/cli-error.ts'

/** The broker of that id, all brokers without one; an id that no broker has is an error. */
export function chooseBrokers(brokers: readonly BrokerDescription[], id: number | undefined): readonly BrokerDescription[] {
  if (id === undefined) return brokers
  const chosen = brokers.find((broker) => broker.nodeId === id)
  if (chosen === undefined) throw notFoundError(`There is no broker ${id} in the cluster.`, 'kafka-ts brokers list')
  return [chosen]
}
