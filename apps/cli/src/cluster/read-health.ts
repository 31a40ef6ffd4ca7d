import type { Session } from '../session.ts'
import { readMinIsr, readTopics } from '../topics/read-topics.ts'
import { type ClusterHealth, clusterHealth } from './cluster-health.ts'

/** Reads what the health of a cluster is judged by, and judges it. */
export async function readHealth(session: Session): Promise<ClusterHealth> {
  const [cluster, topics, logDirs] = await Promise.all([
    session.admin('check the cluster', (admin, options) => admin.describeCluster(options)),
    readTopics(session, () => true),
    session.admin('check the cluster', (admin, options) => admin.describeLogDirs(options)),
  ])
  const minIsr = await readMinIsr(
    session,
    topics.map((topic) => topic.name),
  )
  return clusterHealth({ cluster, topics, minIsr, logDirs })
}
