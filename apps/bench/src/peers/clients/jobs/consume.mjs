import { meterProcessor } from '../processor.mjs'
import { count as tell } from '../progress.mjs'
import { keyBytes } from '../workload.mjs'

/** Records a second of a backlog; what is read first, joining a group included, is warm-up. */
export async function run(job, open) {
  const client = await open(job)
  const warmUpRecords = job.count / 3
  let read = 0
  let characters = 0
  let firstAt = 0
  let measuredFrom = 0
  let measuredUntil = 0
  let warmed = 0
  let measureProcessor
  await client.read({
    record(key, value) {
      if (read++ === 0) firstAt = performance.now()
      characters += key.length + value.length
    },
    isDone() {
      const now = performance.now()
      tell('read', read)
      if (measuredFrom === 0) {
        if (read === 0 || (read < warmUpRecords && now - firstAt < job.warmUpSeconds * 1000)) return false
        measuredFrom = now
        warmed = read
        measureProcessor = meterProcessor(job.serverPid)
      }
      measuredUntil = now
      return read >= job.count || now - measuredFrom > job.seconds * 1000
    },
  })
  if (characters !== read * (keyBytes + job.valueBytes)) throw new Error(`read ${characters} characters of ${read} records`)
  const count = read - warmed
  return { version: client.version, rate: count / ((measuredUntil - measuredFrom) / 1000), count, ...measureProcessor(count) }
}
