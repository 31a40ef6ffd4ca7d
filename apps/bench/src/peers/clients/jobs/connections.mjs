import { megabytesOf } from '../processor.mjs'
import { count as tell } from '../progress.mjs'
import { percentilesOf } from '../time.mjs'

/** So many connect at the same time. */
const concurrent = 50
const rounds = 3

/** Clients with connections of their own: until each has a record acknowledged, then a record of each at once, and the server's memory. */
export async function run(job, open) {
  const first = await open(job)
  await first.createTopic()
  const producers = []
  const begun = performance.now()
  let next = 0
  const connect = async () => {
    while (next < job.clients) {
      const name = `client-${next++}`
      const producer = await (await open(job)).producer(true)
      await producer.send([name], [`value of ${name}`], 0, 1)
      tell('connected', producers.push(producer))
    }
  }
  await Promise.all(Array.from({ length: concurrent }, connect))
  const connectMs = performance.now() - begun
  const times = []
  for (let round = 0; round < rounds; round++) {
    const sent = performance.now()
    await Promise.all(
      producers.map(async (producer, at) => {
        await producer.send([`key-${at}`], [`value of ${round}`], 0, 1)
        times.push(performance.now() - sent)
      }),
    )
  }
  return {
    version: first.version,
    count: producers.length,
    connectMs,
    ...percentilesOf(Float64Array.from(times)),
    serverMegabytes: megabytesOf(job.serverPid),
  }
}
