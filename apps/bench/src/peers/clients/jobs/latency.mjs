import { pace } from '../pace.mjs'
import { count } from '../progress.mjs'
import { percentilesOf } from '../time.mjs'

/** From just before the send to the record in the reader's hands, both in this process and by its clock, at `rate` records a second. */
export async function run(job, open) {
  const client = await open(job)
  await client.createTopic()
  const skipped = Math.round(job.rate * job.warmUpSeconds)
  const total = skipped + Math.round(job.rate * job.seconds)
  const latencies = new Float64Array(total - skipped)
  let seen = 0
  const { promise: isReady, resolve: ready } = Promise.withResolvers()
  const reading = client.read({
    record(_, value) {
      const now = performance.now()
      if (value === 'probe') return ready()
      const [sequence, sentAt] = value.split(' ', 2)
      if (Number(sequence) >= skipped) latencies[Number(sequence) - skipped] = now - Number(sentAt)
      count('read', ++seen)
    },
    isDone: () => seen >= total,
  })
  const producer = await client.producer(true)
  await producer.send(['probe'], ['probe'], 0, 1)
  await Promise.race([isReady, reading])
  await Promise.race([pace(producer, job, total), reading])
  await reading
  return { version: client.version, count: latencies.length, ...percentilesOf(latencies) }
}
