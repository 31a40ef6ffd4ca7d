import { Kafka } from '@kafka-ts/client'
import { startBrokerProcess } from './broker-process.ts'
import { pause, until } from './waiting.ts'

/** Acknowledgements between two kills, so that every life of the broker has some. */
const LEAST_ACKNOWLEDGED = 5000
const LONGEST_PAUSE_MS = 400

/** Something that writes until it is stopped. */
export interface Writer {
  acknowledgedCount(): number
  stop(): Promise<void>
}

/**
 * Writes to a broker that is killed with SIGKILL, `kills` times at random moments, and started again on its port and directory; once the writer is
 * stopped, `check` sees what is left.
 */
export async function underKills<W extends Writer>(options: {
  readonly kills: number
  readonly start: (kafka: Kafka) => Promise<W>
  readonly check: (kafka: Kafka, writer: W) => Promise<void>
  /** After each start that follows a kill, while the writer goes on. */
  readonly onRestart?: (kafka: Kafka, writer: W) => Promise<void>
  /** Configs of the broker. */
  readonly configs?: Readonly<Record<string, string>>
}): Promise<void> {
  const configs = options.configs ?? {}
  let broker = await startBrokerProcess({ configs })
  const { address, dataDir } = broker
  const port = Number(address.split(':')[1])
  const kafka = new Kafka({ brokers: [address] })
  try {
    const writer = await options.start(kafka)
    const someAcknowledged = (): Promise<void> => {
      const before = writer.acknowledgedCount()
      return until(() => writer.acknowledgedCount() > before + LEAST_ACKNOWLEDGED)
    }
    for (let kill = 0; kill < options.kills; kill++) {
      await someAcknowledged()
      await pause(Math.random() * LONGEST_PAUSE_MS)
      await broker.stop('SIGKILL')
      broker = await startBrokerProcess({ dataDir, port, configs })
      await options.onRestart?.(kafka, writer)
    }
    await someAcknowledged()
    await writer.stop()
    await options.check(kafka, writer)
  } finally {
    await kafka.close()
    await broker.remove()
  }
}
