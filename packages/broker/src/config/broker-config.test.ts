import { describe, expect, it } from 'vitest'
import { createBrokerConfig } from './broker-config.ts'
import { brokerConfigTable } from './broker-config-table.ts'

describe('createBrokerConfig', () => {
  it('has a value for every config of the table in both profiles', () => {
    for (const profile of ['development', 'production'] as const) {
      const { values } = createBrokerConfig({}, profile)
      expect(Object.keys(values)).toEqual(Object.keys(brokerConfigTable))
    }
  })

  it('changes exactly the rows with a production default', () => {
    const development = createBrokerConfig({}, 'development').values
    const production = createBrokerConfig({}, 'production').values
    const changed = Object.keys(brokerConfigTable).filter(
      (name) => String(development[name as never]) !== String(production[name as never]),
    )
    expect(changed.sort()).toEqual([
      'auto.create.topics.enable',
      'group.initial.rebalance.delay.ms',
      'listeners',
      'log.format',
      'min.free.bytes',
    ])
    expect([development.durability, production.durability]).toEqual(['commit', 'commit'])
  })

  it('refuses an unknown name with a suggestion', () => {
    expect(() => createBrokerConfig({ 'log.dir': '/x' })).toThrow('unknown broker config log.dir (did you mean log.dirs?)')
    expect(() => createBrokerConfig({ 'zookeeper.connect': 'x' })).toThrow(/^unknown broker config zookeeper\.connect$/)
    expect(() => createBrokerConfig({ toString: 'x' })).toThrow('unknown broker config toString')
  })

  it('says which config a bad value belongs to and what is allowed', () => {
    expect(() => createBrokerConfig({ 'num.partitions': '0' })).toThrow('num.partitions=0: must be a whole number from 1 to 10000')
    expect(() => createBrokerConfig({ durability: 'maybe' })).toThrow('durability=maybe: must be one of commit, page')
    expect(() => createBrokerConfig({ 'auto.create.topics.enable': 'yes' })).toThrow('must be true or false')
    expect(() => createBrokerConfig({ 'log.dirs': ' , ' })).toThrow('log.dirs= , : must be a comma-separated list')
  })

  it("holds Kafka's largest long as the largest safe integer", () => {
    expect(createBrokerConfig().values['log.message.timestamp.before.max.ms']).toBe(Number.MAX_SAFE_INTEGER)
    expect(() => createBrokerConfig({ 'log.retention.bytes': '9223372036854775808' })).toThrow('log.retention.bytes')
  })
})
