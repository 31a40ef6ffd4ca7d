import { type ErrorRow, LOCAL_ERRORS, WIRE_ERRORS } from './error-table.ts'

/** The name of an error that travels, as Kafka spells it. */
export type ErrorName = keyof typeof WIRE_ERRORS
/** The name of an error found on this side of the wire. */
export type LocalErrorName = keyof typeof LOCAL_ERRORS
/** Everything `KafkaError.code` can be; switch on it, TypeScript narrows. */
export type KafkaErrorCode = ErrorName | LocalErrorName

/** A row of the error table with its name. */
export interface WireError extends ErrorRow {
  readonly name: ErrorName
}

const ERRORS: Readonly<Record<KafkaErrorCode, Omit<ErrorRow, 'code'>>> = { ...WIRE_ERRORS, ...LOCAL_ERRORS }

const byCode = new Map<number, WireError>(
  (Object.keys(WIRE_ERRORS) as ErrorName[]).map((name) => [WIRE_ERRORS[name].code, { name, ...WIRE_ERRORS[name] }]),
)
const UNKNOWN: WireError = { name: 'UNKNOWN_SERVER_ERROR', ...WIRE_ERRORS.UNKNOWN_SERVER_ERROR }

/** The row of a wire number. A number this build does not know (a newer broker's) is UNKNOWN_SERVER_ERROR, as in Kafka's clients. */
export function errorByCode(code: number): WireError {
  return byCode.get(code) ?? UNKNOWN
}

/** Kafka's name of a wire number; see `errorByCode` for unknown ones. */
export function errorName(code: number): ErrorName {
  return errorByCode(code).name
}

/** Kafka's number of an error name. */
export function errorCode(name: ErrorName): number {
  return WIRE_ERRORS[name].code
}

/** Whether `code` is an error that has a wire number, as against one found locally. */
export function isWireErrorName(code: KafkaErrorCode): code is ErrorName {
  return Object.hasOwn(WIRE_ERRORS, code)
}

/** Whether the same request may succeed later, as the table has it. */
export function isRetriable(code: KafkaErrorCode): boolean {
  return ERRORS[code].retriable
}

/**
 * The one error of the platform, for what a broker answered and for what a client found by itself. `message` says what failed, on
 * what and why; without one it is the meaning from the table.
 */
export class KafkaError extends Error {
  override readonly name = 'KafkaError'
  readonly code: KafkaErrorCode
  readonly retriable: boolean

  constructor(code: KafkaErrorCode, message?: string, options?: ErrorOptions) {
    super(message ?? ERRORS[code].meaning, options)
    this.code = code
    this.retriable = isRetriable(code)
  }

  /** From what travelled: a number, and the message of the broker if it sent one. */
  static fromWire(code: number, message?: string | null): KafkaError {
    const { name, meaning } = errorByCode(code)
    const isUnknown = !byCode.has(code)
    return new KafkaError(name, message ?? (isUnknown ? `The broker answered with the unknown error number ${code}.` : meaning))
  }
}

/** The number with which a failure travels: its own when it is a wire error, else -1 (UNKNOWN_SERVER_ERROR). */
export function wireCodeOf(error: unknown): number {
  return error instanceof KafkaError && isWireErrorName(error.code) ? errorCode(error.code) : errorCode('UNKNOWN_SERVER_ERROR')
}
