import { expect, it } from 'vitest'
import { apiByKey, apis } from './registry.ts'

it("gives every API Kafka's number", () => {
  const keys = Object.fromEntries(Object.values(apis).map((api) => [api.name, api.key]))
  expect(keys).toEqual({
    produce: 0,
    fetch: 1,
    listOffsets: 2,
    metadata: 3,
    offsetCommit: 8,
    offsetFetch: 9,
    findCoordinator: 10,
    describeGroups: 15,
    listGroups: 16,
    hello: 18,
    createTopics: 19,
    deleteTopics: 20,
    deleteRecords: 21,
    initProducerId: 22,
    describeConfigs: 32,
    describeLogDirs: 35,
    createPartitions: 37,
    deleteGroups: 42,
    incrementalAlterConfigs: 44,
    offsetDelete: 47,
    describeCluster: 60,
    consumerGroupHeartbeat: 68,
  })
})

it('finds an API by its number and lists it under its name', () => {
  for (const [name, api] of Object.entries(apis)) {
    expect(apiByKey(api.key)).toBe(api)
    expect(api.name).toBe(name)
  }
  expect(apiByKey(7_777)).toBeUndefined()
})

it('refuses to compile a version outside of the range', () => {
  for (const api of Object.values(apis)) {
    expect(() => api.requestCodec(api.maxVersion + 1)).toThrow(RangeError)
    expect(() => api.responseCodec(api.minVersion - 1)).toThrow(RangeError)
  }
})
