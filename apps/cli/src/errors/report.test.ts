import { KafkaError } from '@kafka-ts/client'
import { describe, expect, it } from 'vitest'
import { CliError, usageError } from './cli-error.ts'
import { exitCodeOf } from './exit-codes.ts'
import { explain } from './kafka-errors.ts'
import { renderReport, reportOf } from './report.ts'

const attempt = { what: 'list the topics', brokers: ['b1:9092'], timeoutMs: 10_000 }
const plain = { isAscii: false, isColored: false, isDebug: false }

describe('a report', () => {
  it('holds five fields of an error and nothing else', () => {
    const error = new CliError('no', { code: 'X', exit: 3, suggestions: ['try'], retriable: true, cause: new Error('secret') })
    expect(reportOf(error)).toEqual({ code: 'X', message: 'no', exit: 3, retriable: true, suggestions: ['try'] })
  })

  it('of anything unexpected exits 1', () => {
    expect(reportOf(new TypeError('oops'))).toMatchObject({ exit: 1, message: 'oops' })
    expect(reportOf('oops')).toMatchObject({ exit: 1, message: 'oops' })
  })

  it('is drawn line by line behind a bang, with what to do', () => {
    const error = usageError('Nothing\nto change.', 'this', 'that')
    expect(renderReport(reportOf(error), error, plain)).toBe(
      ' ›   Error: Nothing\n ›   to change.\n ›   Code: USAGE\n ›   Try this:\n ›     * this\n ›     * that\n',
    )
    expect(renderReport(reportOf(error), error, { ...plain, isAscii: true })).toMatch(/^ > {3}Error/)
  })

  it('names causes that its message does not', () => {
    const error = new CliError('a failed: b', { code: 'X', exit: 1, cause: new Error('b', { cause: new Error('c') }) })
    expect(renderReport(reportOf(error), error, plain)).toBe(' ›   Error: a failed: b\n ›   Code: X\n ›   Caused by: c\n')
  })
})

describe('an error of the client', () => {
  it('is told as what could not be done, where and why', () => {
    const explained = explain(new KafkaError('DISCONNECTED', 'connection refused.'), attempt) as CliError
    expect(explained.message).toBe('Cannot list the topics: no answer from b1:9092 within 10 s (connection refused).')
    expect([explained.exit, explained.retriable, explained.suggestions.length]).toEqual([5, true, 3])
  })

  it('does not name its item twice', () => {
    const explained = explain(new KafkaError('INVALID_CONFIG', 'topic "orders": no such config'), {
      ...attempt,
      what: 'alter topic orders',
    }) as CliError
    expect(explained.message).toBe('Cannot alter topic orders: no such config.')
  })

  it('that is none stays as it is', () => {
    const error = new Error('x')
    expect(explain(error, attempt)).toBe(error)
  })

  it.each([
    ['UNKNOWN_TOPIC_OR_PARTITION', 3],
    ['TOPIC_AUTHORIZATION_FAILED', 4],
    ['TIMED_OUT', 5],
    ['TOPIC_ALREADY_EXISTS', 7],
    ['INVALID_CONFIG', 2],
    ['KAFKA_STORAGE_ERROR', 1],
  ] as const)('%s exits %i', (code, exit) => {
    expect(exitCodeOf(code)).toBe(exit)
  })
})
