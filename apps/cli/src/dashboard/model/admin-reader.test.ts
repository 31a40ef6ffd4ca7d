import { type Admin, KafkaError } from '@kafka-ts/client'
import { describe, expect, it } from 'vitest'
import type { KafkaClient } from '../../doors.ts'
import { AdminReader } from './admin-reader.ts'

const { signal } = new AbortController()

function readerOf(calls: Partial<Admin>): AdminReader {
  return new AdminReader({ admin: calls as Admin } as KafkaClient, 1000)
}

const a = { topic: 'a', partition: 0 }
const b = { topic: 'b', partition: 0 }

describe('AdminReader', () => {
  it('leaves open what could not be had, in its place', async () => {
    const error = new KafkaError('UNKNOWN_TOPIC_OR_PARTITION')
    const reader = readerOf({
      listOffsets: async () => [
        { ...a, error },
        { ...b, offset: 7, timestamp: -1 },
      ],
    })
    expect(await reader.listOffsets([a, b], 'latest', signal)).toEqual([undefined, 7])
  })

  it('fails when nothing could be had for a reason that may pass: the broker is away', async () => {
    const error = new KafkaError('DISCONNECTED')
    const reader = readerOf({
      listOffsets: async () => [
        { ...a, error },
        { ...b, error },
      ],
    })
    await expect(reader.listOffsets([a, b], 'latest', signal)).rejects.toBe(error)
  })

  it('leaves all open when none may be read', async () => {
    const error = new KafkaError('GROUP_AUTHORIZATION_FAILED')
    const reader = readerOf({ fetchGroupOffsets: async () => [{ groupId: 'g', error }] })
    expect(await reader.committedOffsets(['g'], signal)).toEqual([undefined])
  })

  it('takes the end where no record is as new as the time asked for', async () => {
    const reader = readerOf({
      listOffsets: async (queries) =>
        queries.map(({ topic, partition, at }) => ({ topic, partition, offset: at === 'latest' ? 9 : -1, timestamp: -1 })),
    })
    expect(await reader.listOffsets([a], { timestamp: 5 }, signal)).toEqual([9])
  })

  it('adds up what is on the disks of a broker', async () => {
    const replica = (topic: string, sizeBytes: number) => ({ topic, partition: 0, sizeBytes })
    const reader = readerOf({
      describeLogDirs: async () => [
        { nodeId: 1, path: '/a', totalBytes: 100, usableBytes: 40, replicas: [replica('a', 10), replica('b', 5)] },
        { nodeId: 1, path: '/b', totalBytes: 100, usableBytes: 30, replicas: [replica('a', 1)] },
        { nodeId: 2, path: '/a', totalBytes: -1, usableBytes: -1, replicas: [] },
      ],
    })
    expect(await reader.disks(signal)).toEqual([
      {
        nodeId: 1,
        usedBytes: 16,
        freeBytes: 70,
        sizeByTopic: new Map([
          ['a', 11],
          ['b', 5],
        ]),
      },
      { nodeId: 2, usedBytes: 0, freeBytes: undefined, sizeByTopic: new Map() },
    ])
  })

  it('throws what keeps offsets from being set', async () => {
    const error = new KafkaError('UNKNOWN_MEMBER_ID')
    const reader = readerOf({ commitGroupOffsets: async () => [{ ...a, error }] })
    await expect(reader.setOffsets('g', [{ ...a, offset: 1 }], signal)).rejects.toBe(error)
  })
})
