import { startBrokerProcess } from '@kafka-ts/tests/support'
import type { ServerType } from './server.ts'

/** Our broker from the built CLI, as a user starts it. */
export const kafkaTs: ServerType = {
  kind: 'kafka-ts',
  settings: { commit: 'durability=commit', page: 'durability=page' },
  async start(durability) {
    const configs = { durability }
    let broker = await startBrokerProcess({ configs })
    const { address, startMs, dataDir } = broker
    return {
      address,
      version: 'this commit',
      startMs,
      pid: () => broker.pid,
      restartKilled: async () => {
        await broker.stop('SIGKILL')
        broker = await startBrokerProcess({ configs, dataDir, port: Number(address.split(':').at(-1)) })
        return broker.startMs
      },
      remove: () => broker.remove(),
    }
  },
}
