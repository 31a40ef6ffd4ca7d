import { sendAll } from '../send-all.mjs'
import { makeWorkload } from '../workload.mjs'

/** The backlog that readers read. */
export async function run(job, open) {
  const client = await open(job)
  await client.createTopic()
  const count = await sendAll(await client.producer(false), job, makeWorkload(job), {
    limitSeconds: job.seconds,
    limitRecords: job.fillRecords,
  })
  return { version: client.version, count }
}
