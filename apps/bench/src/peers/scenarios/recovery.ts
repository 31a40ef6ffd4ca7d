import { eachServerAlone } from '../alone.ts'
import type { Bench } from '../bench.ts'
import type { Peer } from '../peer.ts'
import { jobOf, runJob } from '../run-job.ts'
import type { Server } from '../servers/server.ts'
import type { Scenario } from './scenario.ts'

const valueBytes = 10 * 1024
/** Of one job: 200 MB. */
const deadlineSeconds = 60
/** A client holds the values of one job in memory. */
const mostRecords = 20_000

export const recovery: Scenario = {
  name: 'recovery',
  summary: 'kill -9 of a server with --gib GiB of records, until it is ready again and every acknowledged record can be read',
  peers: ['kafka-ts', 'apache-kafka', 'redis', 'nats'],
  run: (bench) =>
    eachServerAlone(bench, `${bench.plan.gibibytes} GiB`, async ({ server, peer, add }) => {
      const topics = await fill(bench, peer, server)
      add('ready after kill -9', await server.restartKilled())
      const plan = { ...bench.plan, valueBytes }
      for (const [topic, count] of topics) {
        await runJob(peer, jobOf(peer, server, { plan, kind: 'consume', topic, count, seconds: deadlineSeconds, deadlineSeconds }))
      }
    }),
}

/** Topics with as many bytes as are wanted, each of one job, and the records that were acknowledged in them. */
async function fill(bench: Bench, peer: Peer, server: Server): Promise<Map<string, number>> {
  const plan = { ...bench.plan, valueBytes }
  const topics = new Map<string, number>()
  const wanted = Math.ceil((plan.gibibytes * 2 ** 30) / valueBytes)
  for (let written = 0; written < wanted; ) {
    const topic = `records-${topics.size}`
    const count = Math.min(mostRecords, wanted - written)
    await runJob(
      peer,
      jobOf(peer, server, { plan, kind: 'fill', topic, count, fillRecords: count, seconds: deadlineSeconds, deadlineSeconds }),
    )
    topics.set(topic, count)
    written += count
  }
  bench.log(`${peer.name}: ${wanted.toLocaleString('en-US')} records in ${topics.size} topics`)
  return topics
}
