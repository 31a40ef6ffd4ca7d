import { eachServerAlone } from '../alone.ts'
import { jobOf, runJob } from '../run-job.ts'
import type { Scenario } from './scenario.ts'

export const firstRecord: Scenario = {
  name: 'first-record',
  summary: 'from the start of a server to the first record acknowledged, and read; the client is loaded meanwhile',
  peers: ['kafka-ts', 'apache-kafka', 'redis', 'nats'],
  run: (bench) =>
    eachServerAlone(bench, 'from its start', async ({ server, peer, add }) => {
      const result = await runJob(peer, jobOf(peer, server, { plan: bench.plan, kind: 'first-record', topic: 'first' }))
      bench.versions.set(peer.name, result.version)
      add('first record acknowledged', server.startMs + (result.acknowledgedMs ?? Number.NaN))
      add('first record read', server.startMs + (result.readMs ?? Number.NaN))
    }),
}
