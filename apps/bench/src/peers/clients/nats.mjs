// NATS JetStream: a stream in files, the key as the last token of the subject, an ordered consumer.
import { eachRecord } from './each-record.mjs'
import { requireOf, versionOf } from './packages.mjs'

const readAtMost = 10_000
/** The server drops a client for which more than 64 MiB wait. */
const readAtMostBytes = 32 * 2 ** 20
const publishTimeoutMs = 30_000
/** `isDone` is asked once in so many records. */
const askEvery = 256

export async function open(job) {
  const { address, topic, group } = job
  const load = requireOf(job, 'node')
  const { connect } = load('@nats-io/transport-node')
  const { AckPolicy, DeliverPolicy, jetstream, jetstreamManager, StorageType } = load('@nats-io/jetstream')
  const prefix = `${topic}.`
  const openConnection = () => connect({ servers: address, noAsyncTraces: true })
  return {
    version: versionOf(job, 'node', '@nats-io/transport-node'),
    async createTopic() {
      const manager = await jetstreamManager(await openConnection())
      await manager.streams.add({ name: topic, subjects: [`${prefix}>`], storage: StorageType.File, num_replicas: 1 })
    },
    async producer() {
      const context = jetstream(await openConnection(), { timeout: publishTimeoutMs })
      return {
        send: (keys, values, from, end) => eachRecord(from, end, (index) => context.publish(prefix + keys[index], values[index])),
      }
    },
    async read(sink) {
      const connection = await openConnection()
      if (group !== undefined) {
        const manager = await jetstreamManager(connection)
        await manager.consumers.add(topic, { durable_name: group, ack_policy: AckPolicy.None, deliver_policy: DeliverPolicy.All })
      }
      const consumer = await jetstream(connection).consumers.get(topic, group)
      let read = 0
      for await (const message of await consumer.consume({
        max_messages: Math.min(readAtMost, Math.floor(readAtMostBytes / job.valueBytes)),
      })) {
        sink.record(message.subject.slice(prefix.length), message.string())
        if ((++read % askEvery === 0 || job.kind !== 'consume' || read === job.count) && sink.isDone()) return
      }
    },
  }
}
