import { settle } from '../../settle.ts'
import { eachServerAlone } from '../alone.ts'
import { jobOf, runJob } from '../run-job.ts'
import { residentMegabytes } from '../servers/resident.ts'
import type { Scenario } from './scenario.ts'

export const memory: Scenario = {
  name: 'memory',
  summary: 'the resident memory of a server that is idle, and the most of it while records are written and read as fast as they can be',
  peers: ['kafka-ts', 'apache-kafka', 'redis', 'nats'],
  run: (bench) =>
    eachServerAlone(bench, '', async ({ server, peer, add }) => {
      await settle()
      add('idle RSS', residentMegabytes(server.pid()).now)
      const job = { plan: bench.plan, topic: 'load' }
      const { count, version } = await runJob(peer, jobOf(peer, server, { ...job, kind: 'fill', seconds: bench.plan.fillSeconds }))
      await runJob(peer, jobOf(peer, server, { ...job, kind: 'consume', count }))
      bench.versions.set(peer.name, version)
      add('loaded RSS', residentMegabytes(server.pid()).peak)
    }),
}
