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
    exit === EXIT.unreachable
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

/** Without what names the item, which the sentence around it does, and without its full stop. */
function sentence(message: string): string {
  return message.replace(/^(?:topic|broker|partition) "?[^" ]+"?: /, '').replace(/\.$/, '')
}

function suggestionsFor(error: KafkaError, attempt: Attempt): string[] {
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
    case 'TOPIC_ALREADY_EXISTS':
      return ['add --if-not-exists to accept it as it is', 'kafka-ts topics alter changes a topic']
    default:
      return []
  }
}
