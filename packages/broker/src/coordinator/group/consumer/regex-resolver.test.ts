import { describe, expect, it } from 'vitest'
import { imageOf, topicImage } from '../../testing-support/topic-images.ts'
import { RegexResolver } from './regex-resolver.ts'

const image = (...names: readonly string[]) => imageOf(names.map((name, index) => topicImage(name, 1, index + 1)))

describe('topics by regular expression', () => {
  it('are those whose whole name matches, in order, none of them internal', () => {
    const resolver = new RegexResolver()
    const topics = image('orders', 'my-orders', 'orders-2', 'orders-1', '__consumer_offsets')
    expect(resolver.topicsOf('orders.*', topics)).toEqual(['orders', 'orders-1', 'orders-2'])
    expect(resolver.topicsOf('.*', topics)).toEqual(['my-orders', 'orders', 'orders-1', 'orders-2'])
    expect(resolver.topicsOf('(?i)ORDERS', topics)).toEqual(['orders'])
  })

  it('follow topics that come and go', () => {
    const resolver = new RegexResolver()
    expect(resolver.topicsOf('a.*', image('a', 'b'))).toEqual(['a'])
    expect(resolver.topicsOf('a.*', image('a', 'b', 'aa', 'c'))).toEqual(['a', 'aa'])
    expect(resolver.topicsOf('a.*', image('aa', 'a0', 'b'))).toEqual(['a0', 'aa'])
    expect(resolver.topicsOf('a.*', image())).toEqual([])
  })

  it('of an expression that cannot be used are none, and it is named', () => {
    const resolver = new RegexResolver()
    expect(resolver.topicsOf('(', image('a'))).toEqual([])
    expect(() => resolver.ensureValid('(', image('a'))).toThrow('the regular expression cannot be used')
    expect(() => resolver.ensureValid('(a{1000}){1000}', image('a'))).toThrow('the regular expression cannot be used')
    expect(() => resolver.ensureValid('(a|bc){900}', image('a'))).toThrow('the most is 1000')
    expect(() => resolver.ensureValid('a'.repeat(1001), image('a'))).toThrow('the most is 1000')
    expect(() => resolver.ensureValid('a+', image('a'))).not.toThrow()
  })
})
