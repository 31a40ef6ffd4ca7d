// Redis Streams with its official client, which sends all commands of a turn of the event loop in one write.
import { eachRecord } from './each-record.mjs'
import { requireOf, versionOf } from './packages.mjs'

const readAtMost = 1000
const blockMs = 1000
/** Its own, five seconds, would fail a run that a slow disk only slows down. */
const commandTimeoutMs = 60_000

export async function open(job) {
  const { address, topic, group } = job
  const { createClient } = requireOf(job, 'node')('redis')
  const connect = () =>
    createClient({ url: `redis://${address}`, commandOptions: { timeout: commandTimeoutMs } })
      .on('error', fail)
      .connect()
  return {
    version: versionOf(job, 'node', 'redis'),
    // A stream is made by its first record.
    createTopic() {},
    async producer() {
      const client = await connect()
      return {
        send: (keys, values, from, end) =>
          eachRecord(from, end, (index) => client.xAdd(topic, '*', { key: keys[index], value: values[index] })),
      }
    },
    async read(sink) {
      const client = await connect()
      if (group !== undefined) await client.xGroupCreate(topic, group, '0')
      for (let id = '0-0'; ; ) {
        const streams = await (group === undefined
          ? client.xRead({ key: topic, id }, { COUNT: readAtMost, BLOCK: blockMs })
          : client.xReadGroup(group, 'reader', { key: topic, id: '>' }, { COUNT: readAtMost, BLOCK: blockMs, NOACK: true }))
        for (const { message } of streams?.[0]?.messages ?? []) sink.record(message.key, message.value)
        id = streams?.[0]?.messages.at(-1)?.id ?? id
        if (sink.isDone()) return
      }
    },
  }
}

function fail(error) {
  throw error
}
