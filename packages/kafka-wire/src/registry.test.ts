import { describe, expect, it } from 'vitest'
import { isServed } from './api.ts'
import { kafkaApiByKey, kafkaApis } from './registry.ts'

// Kafka's numbers once more, by hand and in one place: first and last version advertised, first flexible version.
const facts = [
  [0, 'Produce', 0, 11, 9],
  [1, 'Fetch', 4, 16, 12],
  [2, 'ListOffsets', 1, 9, 6],
  [3, 'Metadata', 0, 12, 9],
  [8, 'OffsetCommit', 2, 9, 8],
  [9, 'OffsetFetch', 1, 9, 6],
  [10, 'FindCoordinator', 0, 6, 3],
  [11, 'JoinGroup', 0, 9, 6],
  [12, 'Heartbeat', 0, 4, 4],
  [13, 'LeaveGroup', 0, 5, 4],
  [14, 'SyncGroup', 0, 5, 4],
  [15, 'DescribeGroups', 0, 5, 5],
  [16, 'ListGroups', 0, 5, 3],
  [17, 'SaslHandshake', 0, 1, undefined],
  [18, 'ApiVersions', 0, 4, 3],
  [19, 'CreateTopics', 0, 7, 5],
  [20, 'DeleteTopics', 0, 6, 4],
  [21, 'DeleteRecords', 0, 2, 2],
  [22, 'InitProducerId', 0, 4, 2],
  [23, 'OffsetForLeaderEpoch', 2, 4, 4],
  [32, 'DescribeConfigs', 0, 4, 4],
  [33, 'AlterConfigs', 0, 2, 2],
  [35, 'DescribeLogDirs', 1, 4, 2],
  [36, 'SaslAuthenticate', 0, 2, 2],
  [37, 'CreatePartitions', 0, 3, 2],
  [42, 'DeleteGroups', 0, 2, 2],
  [44, 'IncrementalAlterConfigs', 0, 1, 1],
  [47, 'OffsetDelete', 0, 0, undefined],
  [60, 'DescribeCluster', 0, 1, 0],
  [68, 'ConsumerGroupHeartbeat', 0, 1, 0],
  [69, 'ConsumerGroupDescribe', 0, 1, 0],
] as const

it('has these APIs and no other', () => {
  expect(
    Object.values(kafkaApis).map(({ key, name, versions, flexibleFrom }) => [key, name, versions.min, versions.max, flexibleFrom]),
  ).toEqual(facts)
  expect(kafkaApiByKey(1)).toBe(kafkaApis.fetch)
  expect(kafkaApiByKey(4)).toBeUndefined()
})

describe('header versions', () => {
  it.each(facts)('of %i %s turn flexible with the body', (key, _name, min, max, flexibleFrom) => {
    for (let version = min; version <= max; version++) {
      const isFlexible = flexibleFrom !== undefined && version >= flexibleFrom
      const response = isFlexible && key !== kafkaApis.apiVersions.key ? 1 : 0
      expect(kafkaApiByKey(key)?.headerVersions(version)).toEqual({ request: isFlexible ? 2 : 1, response })
    }
  })

  it('of an ApiVersions response are always 0', () => {
    expect(kafkaApis.apiVersions.headerVersions(4)).toEqual({ request: 2, response: 0 })
  })
})

it('advertises Produce from 0 on and serves it from 3 on', () => {
  const { produce } = kafkaApis
  expect([0, 2, 3, 11, 12].map((version) => isServed(produce, version))).toEqual([false, false, true, true, false])
  expect(isServed(kafkaApis.fetch, 4)).toBe(true)
})

it('has no codec outside of the range', () => {
  expect(() => kafkaApis.fetch.requestCodec(17)).toThrow(RangeError)
  expect(() => kafkaApis.fetch.responseCodec(3)).toThrow(RangeError)
})
