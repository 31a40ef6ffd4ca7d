import { startBrokerProcess } from '@kafka-ts/tests/support'
import type { ServerType } from './server.ts'

/** Our broker from the built CLI, as a user starts it. */
export const kafkaTs: ServerType = {
  kind: 'kafka-ts',
  settings: { commit: 'durability=commit', page: 'durability=page' },
  async start(durability) {
    const broker = await startBrokerProcess({ configs: { durability } })
    return {
      address: broker.address,
      version: 'this commit',
      startMs: broker.startMs,
      residentBytes: broker.residentBytes,
      remove: broker.remove,
    }
  },
}
