import { count as tell } from '../progress.mjs'
import { keyBytes } from '../workload.mjs'

/** Records a second of all groups together that read the same backlog, from the first record that any has to the last of all. */
export async function run(job, open) {
  let read = 0
  let characters = 0
  let firstAt = 0
  const readGroup = async (client) => {
    let ofGroup = 0
    await client.read({
      record(key, value) {
        if (read++ === 0) firstAt = performance.now()
        ofGroup++
        characters += key.length + value.length
        tell('read', read)
      },
      isDone: () => ofGroup >= job.count,
    })
  }
  const clients = await Promise.all(
    Array.from({ length: job.clients }, (_, group) => open({ ...job, group: `group-${process.pid}-${group}` })),
  )
  await Promise.all(clients.map(readGroup))
  const seconds = (performance.now() - firstAt) / 1000
  if (characters !== read * (keyBytes + job.valueBytes)) throw new Error(`read ${characters} characters of ${read} records`)
  return { version: clients[0].version, rate: read / seconds, count: read }
}
