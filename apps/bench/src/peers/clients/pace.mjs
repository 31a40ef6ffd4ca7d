import { setTimeout as sleep } from 'node:timers/promises'
import { count } from './progress.mjs'
import { secondsSince } from './time.mjs'

const pacedKeys = 997
/** What stands before the filler of a value: its place, and when it was sent. */
const stampCharacters = 28

/** Sends `total` records at the rate of the job; what is due at the same time goes in one call. `paced.sent` says how far it is. */
export async function pace(producer, job, total, paced = { sent: 0, isOver: false }) {
  const filler = 'x'.repeat(job.valueBytes - stampCharacters)
  const keys = Array.from({ length: total }, (_, index) => `key-${index % pacedKeys}`)
  const values = new Array(total)
  const sends = []
  const begun = performance.now()
  while (paced.sent < total && !paced.isOver) {
    const due = Math.min(total, Math.floor(secondsSince(begun) * job.rate))
    for (let index = paced.sent; index < due; index++) values[index] = `${index} ${performance.now()} ${filler}`
    if (due > paced.sent) sends.push(producer.send(keys, values, paced.sent, due))
    paced.sent = due
    count('paced', due)
    await sleep(1)
  }
  await Promise.all(sends)
}
