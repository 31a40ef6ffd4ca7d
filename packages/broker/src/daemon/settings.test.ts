import { describe, expect, it } from 'vitest'
import { brokerConfigTable } from '../config/broker-config-table.ts'
import { environmentName, mergeSettings, settingsFromDocument, settingsFromEnvironment, settingsFromFlags } from './settings.ts'

describe('settings from the environment', () => {
  it('can name every config', () => {
    for (const name of Object.keys(brokerConfigTable))
      expect(settingsFromEnvironment({ [environmentName(name)]: 'x' }).configs).toEqual({ [name]: 'x' })
    expect(settingsFromEnvironment({ KAFKA_TS_BROKER__LOG_DIRS: '/d' }).configs).toEqual({ 'log.dirs': '/d' })
  })

  it('leave other variables alone, and refuse unknown ones of ours', () => {
    expect(settingsFromEnvironment({ PATH: 'x', KAFKA_TS_BROKERS: 'y' })).toEqual({ configs: {} })
    expect(() => settingsFromEnvironment({ KAFKA_TS_BROKER__LOG_DIR: 'x' })).toThrow('did you mean KAFKA_TS_BROKER__LOG_DIRS?')
  })
})

describe('settings from a file', () => {
  it('may be nested or not, with lists', () => {
    const document = { 'log.dirs': ['/a', '/b'], log: { retention: { ms: 5 } }, profile: 'production', 'auto.create.topics.enable': false }
    expect(settingsFromDocument(document, 'f')).toEqual({
      configs: { 'log.dirs': '/a,/b', 'log.retention.ms': '5', 'auto.create.topics.enable': 'false' },
      profile: 'production',
    })
  })

  it('are refused when they name something unknown, or the same thing twice', () => {
    expect(() => settingsFromDocument({ 'log.dir': '/a' }, 'broker.yaml')).toThrow(
      'broker.yaml: unknown config log.dir (did you mean log.dirs?)',
    )
    expect(() => settingsFromDocument({ 'log.dirs': '/a', log: { dirs: '/b' } }, 'f')).toThrow('log.dirs is there twice')
    expect(() => settingsFromDocument(['x'], 'f')).toThrow('a map of configs is needed')
    expect(() => settingsFromDocument({ profile: 'test' }, 'f')).toThrow('profile=test: must be one of development, production')
  })
})

describe('settings from flags', () => {
  it('take key=value as it stands', () => {
    expect(settingsFromFlags({ configs: ['a.b=c=d'], dataDirs: ['/x', '/y'], profile: 'production' })).toEqual({
      configs: { 'a.b': 'c=d', 'log.dirs': '/x,/y' },
      profile: 'production',
    })
    expect(() => settingsFromFlags({ configs: ['oops'] })).toThrow('key=value is needed')
  })
})

describe('settings together', () => {
  it('are decided by the first place that has them', () => {
    const flags = { configs: { a: '1' } }
    const environment = { configs: { a: '2', b: '2' }, profile: 'production' as const }
    const file = { configs: { a: '3', b: '3', c: '3' }, profile: 'development' as const }
    expect(mergeSettings(flags, environment, file)).toEqual({ configs: { a: '1', b: '2', c: '3' }, profile: 'production' })
  })
})
