import { describe, expect, it } from 'vitest'
import { createBrokerConfig } from './broker-config.ts'
import { resolveTopicConfig, toLogConfig, validateTopicConfigs } from './topic-config.ts'

describe('resolveTopicConfig', () => {
  it("has Kafka's defaults", () => {
    const config = resolveTopicConfig({}, createBrokerConfig())
    expect(config).toMatchObject({
      'cleanup.policy': 'delete',
      'compression.type': 'producer',
      'delete.retention.ms': 86_400_000,
      'max.compaction.lag.ms': Number.MAX_SAFE_INTEGER,
      'min.cleanable.dirty.ratio': 0.5,
      'min.compaction.lag.ms': 0,
      'file.delete.delay.ms': 60_000,
      'index.interval.bytes': 4096,
      'max.message.bytes': 1_048_588,
      'message.timestamp.after.max.ms': 3_600_000,
      'message.timestamp.before.max.ms': Number.MAX_SAFE_INTEGER,
      'message.timestamp.type': 'CreateTime',
      'retention.bytes': -1,
      'retention.ms': 604_800_000,
      'segment.bytes': 1_073_741_824,
      'segment.jitter.ms': 0,
      'segment.ms': 604_800_000,
    })
  })

  it('takes what the topic says before what the broker says', () => {
    const broker = createBrokerConfig({ 'log.retention.bytes': '5', 'message.max.bytes': '1000' })
    const config = resolveTopicConfig({ 'retention.bytes': '7' }, broker)
    expect([config['retention.bytes'], config['max.message.bytes']]).toEqual([7, 1000])
    expect(toLogConfig(config)).toMatchObject({ retentionBytes: 7, maxMessageBytes: 1000 })
  })

  it('knows the policies in any order, and closes segments in time for compaction', () => {
    const logConfig = (overrides: Record<string, string>) => toLogConfig(resolveTopicConfig(overrides, createBrokerConfig()))
    expect(logConfig({ 'cleanup.policy': 'delete, compact' }).cleanupPolicy).toBe('compact,delete')
    expect(logConfig({ 'cleanup.policy': 'compact', 'max.compaction.lag.ms': '1000' }).segmentMs).toBe(1000)
    expect(logConfig({ 'cleanup.policy': 'delete', 'max.compaction.lag.ms': '1000' }).segmentMs).toBe(604_800_000)
  })

  it('takes the jitter of segments from milliseconds, else hours', () => {
    const jitter = (settings: Record<string, string>) => resolveTopicConfig({}, createBrokerConfig(settings))
    expect(jitter({ 'log.roll.jitter.hours': '1' })['segment.jitter.ms']).toBe(3_600_000)
    expect(toLogConfig(jitter({ 'log.roll.jitter.hours': '1', 'log.roll.jitter.ms': '2' })).segmentJitterMs).toBe(2)
  })

  it('takes retention from milliseconds, else minutes, else hours', () => {
    const retention = (settings: Record<string, string>) => resolveTopicConfig({}, createBrokerConfig(settings))['retention.ms']
    expect(retention({ 'log.retention.hours': '1' })).toBe(3_600_000)
    expect(retention({ 'log.retention.hours': '1', 'log.retention.minutes': '2' })).toBe(120_000)
    expect(retention({ 'log.retention.minutes': '2', 'log.retention.ms': '3' })).toBe(3)
    expect(retention({ 'log.retention.hours': '-1' })).toBe(-1)
  })
})

describe('validateTopicConfigs', () => {
  it('refuses a name that is not in the table: none is accepted and ignored', () => {
    expect(() => validateTopicConfigs({ 'retention.msec': '1' })).toThrow(
      'unknown topic config retention.msec (did you mean retention.ms?)',
    )
    expect(() => validateTopicConfigs({ 'min.insync.replicas': '1' })).toThrow('unknown topic config min.insync.replicas')
    expect(() => validateTopicConfigs({ __proto__: 'x', constructor: 'x' })).toThrow('unknown topic config constructor')
  })

  it('refuses a value its type does not take', () => {
    expect(() => validateTopicConfigs({ 'cleanup.policy': 'compress' })).toThrow(
      'cleanup.policy=compress: must be delete, compact, or both',
    )
    expect(() => validateTopicConfigs({ 'cleanup.policy': '' })).toThrow('cleanup.policy=')
    expect(() => validateTopicConfigs({ 'min.cleanable.dirty.ratio': '1.1' })).toThrow('must be a number from 0 to 1')
    expect(() => validateTopicConfigs({ 'min.cleanable.dirty.ratio': '-0.1' })).toThrow('min.cleanable.dirty.ratio=-0.1')
    expect(() => validateTopicConfigs({ 'retention.ms': '-2' })).toThrow('retention.ms=-2')
    expect(() => validateTopicConfigs({ 'segment.bytes': '1e6' })).toThrow('segment.bytes=1e6')
  })
})
