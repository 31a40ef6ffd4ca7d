import { KafkaError } from '@kafka-ts/protocol'
import { atLeast } from '../../client-config.ts'
import { resolveTopic, type TopicLike } from '../../topic.ts'
import { type ConsumerConfig, resolveFetchConfig } from '../consumer-config.ts'
import type { CommitMode, GroupConsumerOptions, GroupStart } from './group-consumer-types.ts'

const DEFAULT_MAX_POLL_INTERVAL_MS = 300_000
const DEFAULT_COMMIT_INTERVAL_MS = 5_000
const DEFAULT_CLOSE_TIMEOUT_MS = 10_000
/** The coordinator takes milliseconds as an int32. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1

/** What a member asks the coordinator for. */
export interface Subscribed {
  /** Empty with `regex`. */
  readonly names: readonly string[]
  readonly regex: string | undefined
}

/** The options of a member with every default filled in; see `GroupConsumerOptions` for what each means. */
export interface GroupConsumerConfig {
  readonly group: string
  readonly fetch: ConsumerConfig
  readonly subscribed: Subscribed
  readonly from: GroupStart
  readonly instanceId: string | undefined
  readonly rackId: string | undefined
  readonly assignor: string | undefined
  readonly commit: CommitMode
  readonly commitIntervalMs: number
  readonly maxPollIntervalMs: number
  readonly rebalanceTimeoutMs: number
  readonly closeTimeoutMs: number
}

/** Checks the options and fills in the defaults. Throws INVALID_ARGUMENT. */
export function resolveGroupConsumerConfig<T extends TopicLike>(options: GroupConsumerOptions<T>): GroupConsumerConfig {
  const { group, from = 'latest', commit = 'interval' } = options
  if (typeof group !== 'string' || group === '') throw new KafkaError('INVALID_ARGUMENT', 'group is the id of a group, which is not empty.')
  if (!['interval', 'batch', 'manual'].includes(commit)) {
    throw new KafkaError('INVALID_ARGUMENT', `commit is interval, batch or manual, not ${String(commit)}.`)
  }
  const maxPollIntervalMs = atLeast('maxPollIntervalMs', options.maxPollIntervalMs ?? DEFAULT_MAX_POLL_INTERVAL_MS, 1)
  const rebalanceTimeoutMs = atLeast('rebalanceTimeoutMs', options.rebalanceTimeoutMs ?? maxPollIntervalMs, 1)
  return {
    group,
    fetch: resolveFetchConfig(options, from),
    subscribed: resolveSubscribed(options.topics),
    from,
    instanceId: options.instanceId,
    rackId: options.rackId,
    assignor: options.assignor,
    commit,
    commitIntervalMs: atLeast('commitIntervalMs', options.commitIntervalMs ?? DEFAULT_COMMIT_INTERVAL_MS, 1),
    maxPollIntervalMs,
    rebalanceTimeoutMs: Math.min(MAX_TIMEOUT_MS, Math.ceil(rebalanceTimeoutMs)),
    closeTimeoutMs: atLeast('closeTimeoutMs', options.closeTimeoutMs ?? DEFAULT_CLOSE_TIMEOUT_MS, 0),
  }
}

function resolveSubscribed(topics: readonly TopicLike[] | RegExp): Subscribed {
  if (topics instanceof RegExp) return { names: [], regex: toWholeNameRegex(topics) }
  if (!Array.isArray(topics) || topics.length === 0) {
    throw new KafkaError('INVALID_ARGUMENT', 'topics of a group are at least one topic, or a regular expression.')
  }
  return { names: [...new Set(topics.map((topic: TopicLike) => resolveTopic(topic).name))], regex: undefined }
}

/**
 * The broker matches whole names; an expression of JavaScript finds its match anywhere. Throws INVALID_ARGUMENT for flags with a meaning that names of topics
 * cannot have.
 */
function toWholeNameRegex(expression: RegExp): string {
  const { source, flags } = expression
  const isIgnoringCase = flags.includes('i')
  const other = flags.replace(/[iuvs]/g, '')
  if (other !== '')
    throw new KafkaError('INVALID_ARGUMENT', `the flags "${other}" of ${String(expression)} mean nothing for names of topics.`)
  return `(?${isIgnoringCase ? 'i' : ''}:.*(?:${source}).*)`
}
