import { pace } from '../pace.mjs'
import { count as tell } from '../progress.mjs'
import { sendAll } from '../send-all.mjs'
import { secondsSince } from '../time.mjs'
import { makeWorkload } from '../workload.mjs'

const fillSeconds = 5
/** It has caught up when it is so far behind. */
const behindSeconds = 0.1
/** The paced records that there are at the most. */
const mostPacedSeconds = 30

/** Records a second of a reader that begins with a backlog while more are written, until it has caught up. */
export async function run(job, open) {
  const client = await open(job)
  await client.createTopic()
  const backlog = await sendAll(await client.producer(false), job, makeWorkload(job), {
    limitSeconds: fillSeconds,
    limitRecords: job.fillRecords,
  })
  const producer = await client.producer(true)
  const paced = { sent: 0, isOver: false }
  const pacing = pace(producer, job, job.rate * mostPacedSeconds, paced)
  let read = 0
  let firstAt = 0
  await client.read({
    record() {
      if (read++ === 0) firstAt = performance.now()
      tell('read', read)
    },
    isDone: () => read >= backlog + paced.sent - job.rate * behindSeconds,
  })
  const rate = read / secondsSince(firstAt)
  paced.isOver = true
  await pacing
  return { version: client.version, rate, count: read }
}
