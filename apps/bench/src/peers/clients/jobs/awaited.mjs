import { count as tell } from '../progress.mjs'
import { percentilesOf, secondsSince } from '../time.mjs'
import { makeWorkload } from '../workload.mjs'

const mostRecords = 50_000

/** Sends of one record, each acknowledged before the next. */
export async function run(job, open) {
  const client = await open(job)
  await client.createTopic()
  const { keys, values } = makeWorkload({ ...job, count: mostRecords })
  const producer = await client.producer(true)
  await sendEach(producer, { keys, values }, job.warmUpSeconds)
  const begun = performance.now()
  const times = await sendEach(producer, { keys, values }, job.seconds)
  return {
    version: client.version,
    rate: times.length / secondsSince(begun),
    count: times.length,
    ...percentilesOf(Float64Array.from(times)),
  }
}

async function sendEach(producer, { keys, values }, limitSeconds) {
  const begun = performance.now()
  const times = []
  for (let at = 0; at < mostRecords && secondsSince(begun) < limitSeconds; at++) {
    const before = performance.now()
    await producer.send(keys, values, at, at + 1)
    times.push(performance.now() - before)
    tell('awaited', at)
  }
  return times
}
