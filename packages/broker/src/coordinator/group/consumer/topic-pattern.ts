import { KafkaError } from '@kafka-ts/protocol'
import { RE2JS, RE2JSException } from 're2js'

/** Of one expression: compiling and matching cost about as much as it is long. */
const MAX_PATTERN_CHARACTERS = 1000
/** Instructions of a compiled expression. A name is matched in at most this times its length steps, whatever the expression. */
const MAX_PROGRAM_SIZE = 1000

/** A regular expression in RE2 syntax (KIP-848), for whole topic names. Its matching takes linear time: nobody can stop the broker by one. */
export class TopicPattern {
  readonly #compiled: RE2JS

  /** Throws INVALID_REGULAR_EXPRESSION. */
  constructor(regex: string) {
    if (regex.length > MAX_PATTERN_CHARACTERS) throw invalid(`it has ${regex.length} characters, the most is ${MAX_PATTERN_CHARACTERS}`)
    this.#compiled = compile(regex)
    const size = this.#compiled.programSize()
    if (size > MAX_PROGRAM_SIZE) throw invalid(`it takes ${size} steps, the most is ${MAX_PROGRAM_SIZE}`)
  }

  matches(topic: string): boolean {
    return this.#compiled.testExact(topic)
  }
}

function compile(regex: string): RE2JS {
  try {
    return RE2JS.compile(regex)
  } catch (error) {
    if (error instanceof RE2JSException) throw invalid(error.message, error)
    throw error
  }
}

function invalid(why: string, cause?: Error): KafkaError {
  return new KafkaError('INVALID_REGULAR_EXPRESSION', `the regular expression cannot be used: ${why}`, { cause })
}
