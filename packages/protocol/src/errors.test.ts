import { describe, expect, it } from 'vitest'
import { WIRE_ERRORS } from './error-table.ts'
import { errorByCode, errorCode, errorName, isRetriable, isWireErrorName, KafkaError, wireCodeOf } from './errors.ts'

describe('the error table', () => {
  it('has every number once, from -1 to 128 without 99', () => {
    const codes = Object.values(WIRE_ERRORS).map((row) => row.code)
    const expected = Array.from({ length: 130 }, (_, index) => index - 1).filter((code) => code !== 99)
    expect(codes).toEqual(expected)
  })

  it('has the numbers and the retriability that Kafka clients rely on', () => {
    const known: [number, string, boolean][] = [
      [1, 'OFFSET_OUT_OF_RANGE', false],
      [3, 'UNKNOWN_TOPIC_OR_PARTITION', true],
      [6, 'NOT_LEADER_OR_FOLLOWER', true],
      [10, 'MESSAGE_TOO_LARGE', false],
      [16, 'NOT_COORDINATOR', true],
      [36, 'TOPIC_ALREADY_EXISTS', false],
      [42, 'INVALID_REQUEST', false],
      [56, 'KAFKA_STORAGE_ERROR', true],
      [74, 'FENCED_LEADER_EPOCH', true],
      [87, 'INVALID_RECORD', false],
      [100, 'UNKNOWN_TOPIC_ID', true],
      [113, 'STALE_MEMBER_EPOCH', false],
      [128, 'INVALID_REGULAR_EXPRESSION', false],
    ]
    for (const [code, name, retriable] of known) expect(errorByCode(code)).toMatchObject({ code, name, retriable })
  })

  it('translates names to numbers and back', () => {
    for (const { code } of Object.values(WIRE_ERRORS)) expect(errorCode(errorName(code))).toBe(code)
  })
})

describe('KafkaError', () => {
  it('says the meaning of its code when it has nothing better to say', () => {
    const error = new KafkaError('TOPIC_ALREADY_EXISTS')
    expect(error).toMatchObject({ name: 'KafkaError', code: 'TOPIC_ALREADY_EXISTS', retriable: false })
    expect(error.message).toBe(WIRE_ERRORS.TOPIC_ALREADY_EXISTS.meaning)
  })

  it('keeps its cause', () => {
    const cause = new Error('ECONNRESET')
    const error = new KafkaError('DISCONNECTED', 'broker 1 at localhost:9092 hung up', { cause })
    expect(error.cause).toBe(cause)
    expect(error.retriable).toBe(true)
  })

  it('is made from what travelled, with the message of the broker where there is one', () => {
    expect(KafkaError.fromWire(17, 'a..b is no topic name')).toMatchObject({
      code: 'INVALID_TOPIC_EXCEPTION',
      message: 'a..b is no topic name',
    })
    expect(KafkaError.fromWire(17, null).message).toBe(WIRE_ERRORS.INVALID_TOPIC_EXCEPTION.meaning)
  })

  it('takes the number of a newer broker for UNKNOWN_SERVER_ERROR and names the number', () => {
    const error = KafkaError.fromWire(999)
    expect(error.code).toBe('UNKNOWN_SERVER_ERROR')
    expect(error.message).toContain('999')
  })

  it('travels under its own number when it is a wire error, else as -1', () => {
    expect(wireCodeOf(new KafkaError('CORRUPT_MESSAGE'))).toBe(2)
    expect(wireCodeOf(new KafkaError('DISCONNECTED'))).toBe(-1)
    expect(wireCodeOf(new Error('boom'))).toBe(-1)
    expect(isWireErrorName('CLOSED')).toBe(false)
    expect(isRetriable('CLOSED')).toBe(false)
  })
})
