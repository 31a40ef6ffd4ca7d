import type { KafkaError } from '@kafka-ts/client'
import { CliError } from './cli-error.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'

/** Told by its name, so that commands which never connect need not load the client. */
export function isKafkaError(error: unknown): error is KafkaError {
  return error instanceof Error && error.name === 'KafkaError' && 'code' in error
}

/** What was being done, and where: the first half of a message. */
export interface Attempt {
  /** Fits after "Cannot": `list the topics`. */
  readonly what: string
  readonly brokers: readonly string[]
  readonly timeoutMs: number
}

/** An error of the client as the user reads it. Errors that are meant for the user already stay as they are. */
export function explain(error: unknown, attempt: Attempt): unknown {
  if (!isKafkaError(error)) return error
  const exit = exitCodeOf(error.code)
  const reason =
    exit === EXIT.unreachable && !isAnswer(error)
      ? `no answer from ${attempt.brokers.join(', ')} within ${attempt.timeoutMs / 1000} s (${sentence(error.message)})`
      : sentence(error.message)
  return new CliError(`Cannot ${attempt.what}: ${reason}.`, {
    code: error.code,
    exit,
    retriable: error.retriable,
    suggestions: suggestionsFor(error, attempt),
    cause: error.cause,
  })
}

/** Whether a broker did answer, with what it cannot do at the moment. */
function isAnswer({ code }: KafkaError): boolean {
  return code === 'LEADER_NOT_AVAILABLE' || code === 'COORDINATOR_NOT_AVAILABLE'
}

/** Whether a record or a batch was refused for its size. */
export function isTooLarge(error: unknown): boolean {
  return isKafkaError(error) && (error.code === 'MESSAGE_TOO_LARGE' || error.code === 'RECORD_LIST_TOO_LARGE')
}

/** What to do when a record was refused for its size. */
export function tooLargeSuggestions(topic: string): string[] {
  return [
    `see the limit of the topic: kafka-ts configs get --topic ${topic} --key max.message.bytes`,
    `raise it: kafka-ts configs set --topic ${topic} max.message.bytes=BYTES`,
    'or compress: produce -z zstd',
  ]
}

/** As a part of a sentence: without what names the item, which the sentence around it does, and without its capital and its full stop. */
function sentence(message: string): string {
  const part = message.replace(/^(?:topic|broker|group|partition) (?:"[^"]*"|[^" ]+): /, '').replace(/\.$/, '')
  return /^(?:An?|The|There|This|No|It) /.test(part) ? `${part[0]?.toLowerCase()}${part.slice(1)}` : part
}

function suggestionsFor(error: KafkaError, attempt: Attempt): string[] {
  if (isTooLarge(error)) return tooLargeSuggestions('TOPIC')
  switch (error.code) {
    case 'DISCONNECTED':
    case 'TIMED_OUT':
    case 'REQUEST_TIMED_OUT':
    case 'NETWORK_EXCEPTION':
      return [
        `check that a broker listens on ${attempt.brokers.join(' or ')} (start one: kafka-ts broker start)`,
        'name other brokers with --brokers, KAFKA_TS_BROKERS or kafka-ts context add',
        'see which setting comes from where: kafka-ts context show --effective',
      ]
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      return ['kafka-ts topics list']
    case 'LEADER_NOT_AVAILABLE':
      return ['kafka-ts partitions list --leaderless -o wide', 'kafka-ts cluster health']
    case 'GROUP_ID_NOT_FOUND':
      return ['kafka-ts groups list']
    case 'NON_EMPTY_GROUP':
    case 'UNKNOWN_MEMBER_ID':
    case 'GROUP_SUBSCRIBED_TO_TOPIC':
      return ['stop the consumers of the group, then run the command again', 'see who they are: kafka-ts groups describe GROUP --members']
    case 'INVALID_TOPIC_EXCEPTION':
      return ['a name has 1 to 249 letters, digits, ".", "_" or "-", and is neither "." nor ".."']
    case 'TOPIC_ALREADY_EXISTS':
      return ['add --if-not-exists to accept it as it is', 'kafka-ts topics alter changes a topic']
    default:
      return []
  }
}
