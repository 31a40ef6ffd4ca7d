import type { CliDoors } from '../doors.ts'
import { type ConfigPaths, readConfig } from '../settings/config-store.ts'
import { resolveSettings, type SettingsFlags } from '../settings/settings.ts'
import { type ClusterNames, cachePath, readNames, writeNames } from './name-cache.ts'
import type { LiveKind } from './request.ts'

/** How long a shell may be kept waiting for a broker. */
const BROKER_LIMIT_MS = 400
/** Names younger than this are good enough: the tab key is often pressed twice. */
const FRESH_MS = 5_000
/** When no broker answers, names up to this old are better than none. */
const STALE_MS = 24 * 60 * 60 * 1000

/** Where names come from. */
export interface NameSources {
  readonly doors: CliDoors
  readonly paths: ConfigPaths
  readonly cacheDir: string
  /** The settings that stand on the command line being completed. */
  readonly flags: SettingsFlags
}

/** The names of one kind: contexts from the configuration, the rest from the cluster or, where that does not answer in time, from the last time it did. */
export async function liveNames(kind: LiveKind, sources: NameSources): Promise<readonly string[]> {
  if (kind === 'context') return [...(await readConfig(sources.paths)).contexts.keys()]
  const names = await clusterNames(sources)
  if (names === undefined) return []
  return kind === 'topic' ? names.topics : kind === 'group' ? names.groups : names.brokers
}

async function clusterNames({ doors, paths, cacheDir, flags }: NameSources): Promise<ClusterNames | undefined> {
  const settings = await resolveSettings(flags, doors, paths)
  const brokers = settings.brokers.value
  const path = cachePath(cacheDir, brokers)
  const kept = await readNames(path)
  const ageMs = kept === undefined ? Number.POSITIVE_INFINITY : doors.now() - kept.atMs
  if (ageMs < FRESH_MS) return kept
  const limit = new AbortController()
  const deadline = doors.sleep(BROKER_LIMIT_MS, limit.signal).then(() => undefined)
  const asked = await Promise.race([askCluster(doors, brokers), deadline])
  limit.abort()
  if (asked === undefined) return ageMs < STALE_MS ? kept : undefined
  await writeNames(path, asked)
  return asked
}

/** undefined when the cluster does not answer: a prompt is no place for errors. */
async function askCluster(doors: CliDoors, brokers: readonly string[]): Promise<ClusterNames | undefined> {
  const timeoutMs = BROKER_LIMIT_MS
  const kafka = await doors.connect({ brokers, requestTimeoutMs: timeoutMs, connectTimeoutMs: timeoutMs, retryTimeoutMs: 0 })
  try {
    const { admin } = kafka
    const [topics, groups, cluster] = await Promise.all([
      admin.listTopics({ timeoutMs }),
      admin.listGroups({ timeoutMs }),
      admin.describeCluster({ timeoutMs }),
    ])
    return {
      atMs: doors.now(),
      topics: topics.map((topic) => topic.name).sort(),
      groups: groups.map((group) => group.groupId).sort(),
      brokers: cluster.brokers.map((broker) => String(broker.nodeId)),
    }
  } catch {
    return undefined
  } finally {
    await kafka.close()
  }
}
