import { describe, expect, it } from 'vitest'
import { shardOfGroup } from './shard-of-group.ts'

describe('where a group lies', () => {
  // String.hashCode in Java: "" 0, "a" 97, "hello" 99162322, "polygenelubricants" the least int.
  it.each([
    ['', 50, 0],
    ['a', 50, 47],
    ['hello', 50, 22],
    ['polygenelubricants', 50, 0],
  ])('is where Kafka has it: %j', (groupId, partitions, expected) => {
    expect(shardOfGroup(groupId, partitions)).toBe(expected)
  })

  it('is inside of the topic whatever the id', () => {
    for (let index = 0; index < 1000; index++) {
      const shard = shardOfGroup(`group ${index * 7919} é😀`, 16)
      expect(shard >= 0 && shard < 16).toBe(true)
    }
  })
})
