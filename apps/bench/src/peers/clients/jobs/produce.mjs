import { megabytesOf, meterProcessor } from '../processor.mjs'
import { sendAll } from '../send-all.mjs'
import { secondsSince } from '../time.mjs'
import { makeWorkload } from '../workload.mjs'

/** Records a second, from the first send to the last acknowledgement, after a warm-up in the same process. */
export async function run(job, open) {
  const client = await open(job)
  const asked = performance.now()
  await client.createTopic()
  const createMs = performance.now() - asked
  const workload = makeWorkload(job)
  const producer = await client.producer(false)
  await sendAll(producer, job, workload, { limitSeconds: job.warmUpSeconds })
  const measureProcessor = meterProcessor(job.serverPid)
  const begun = performance.now()
  const count = await sendAll(producer, job, workload, { limitSeconds: job.seconds })
  const rate = count / secondsSince(begun)
  return { version: client.version, rate, count, createMs, ...measureProcessor(count), serverMegabytes: megabytesOf(job.serverPid) }
}
