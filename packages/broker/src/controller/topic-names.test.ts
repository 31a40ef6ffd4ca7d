import { describe, expect, it } from 'vitest'
import { collisionKey, topicNameProblem } from './topic-names.ts'

describe('topicNameProblem', () => {
  it.each(['', '.', '..', 'a/b', 'a\0b', 'ä', 'a b', 'a'.repeat(250), 'a\nb'])('refuses %j', (name) => {
    expect(topicNameProblem(name)).toBeDefined()
  })

  it.each(['a', '...', 'orders.v1', '__x', '-', 'a'.repeat(249)])('accepts %j', (name) => {
    expect(topicNameProblem(name)).toBeUndefined()
  })
})

describe('collisionKey', () => {
  it('is the same for names that differ in dots and underscores', () => {
    expect(collisionKey('a.b_c')).toBe(collisionKey('a_b.c'))
    expect(collisionKey('a.b')).not.toBe(collisionKey('a-b'))
  })
})
