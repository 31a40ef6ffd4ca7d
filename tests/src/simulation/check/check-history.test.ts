import { describe, expect, it } from 'vitest'
import { History, type HistoryEvent } from '../history.ts'
import { checkHistory } from './check-history.ts'

const AT = { topic: 'orders', partition: 0 } as const

/** A history told line by line, one millisecond apart. */
class Story {
  #nowMs = 0
  readonly #history = new History(() => this.#nowMs)

  tell(...events: readonly Parameters<History['add']>[0][]): this {
    for (const event of events) {
      this.#nowMs++
      this.#history.add(event)
    }
    return this
  }

  /** Somebody sends a record, and nothing is known of it yet. */
  sending(id: string, options: { readonly process?: string; readonly topic?: string; readonly isIdempotent?: boolean } = {}): this {
    const { process = 'p', topic = AT.topic, isIdempotent = false } = options
    return this.tell({ f: 'send', phase: 'invoke', process, id, topic, acks: 'all', isIdempotent })
  }

  acknowledged(id: string, offset: number, process = 'p'): this {
    return this.tell({ f: 'send', phase: 'ok', process, id, ...AT, offset })
  }

  sent(id: string, offset: number, process = 'p'): this {
    return this.sending(id, { process }).acknowledged(id, offset, process)
  }

  /** As `sent`, by a producer that is idempotent. */
  sentOnce(id: string, offset: number, process = 'p'): this {
    return this.sending(id, { process, isIdempotent: true }).acknowledged(id, offset, process)
  }

  read(value: string, offset: number, process = 'c'): this {
    return this.tell({ f: 'read', process, ...AT, offset, value, isIntact: true })
  }

  audited(startOffset: number, endOffset: number): this {
    return this.tell({ f: 'audit', process: 'c', askedMs: this.#nowMs, ...AT, startOffset, endOffset })
  }

  get nowMs(): number {
    return this.#nowMs
  }

  get events(): readonly HistoryEvent[] {
    return this.#history.events
  }

  /** The invariants that the checker finds broken. */
  get broken(): readonly string[] {
    return checkHistory(this.events).map(({ invariant }) => invariant)
  }
}

describe('the checker', () => {
  it('finds nothing wrong with a history in which nothing went wrong', () => {
    const story = new Story().sent('a', 0).sent('b', 1).read('a', 0).read('b', 1).audited(0, 2)
    story.tell({ f: 'end', ...AT, askedMs: story.nowMs, offset: 2 })
    expect(story.broken).toEqual([])
  })

  it('allows a record to be there twice, as long as no producer is idempotent', () => {
    expect(new Story().sent('a', 1).read('a', 0).read('a', 1).audited(0, 2).broken).toEqual([])
  })

  it('finds an acknowledged record lost from the end, and from the front (I1)', () => {
    expect(new Story().sent('a', 0).sent('b', 1).read('a', 0).audited(0, 1).broken).toEqual(['I1'])
    expect(new Story().sent('a', 0).sent('b', 1).read('b', 1).audited(1, 2).broken).toEqual(['I1'])
  })

  it('finds a record lost that was acknowledged without its offset (I1)', () => {
    const story = (): Story => new Story().sent('a', 0).sent('b', -1)
    expect(story().read('a', 0).audited(0, 1).broken).toEqual(['I1'])
    expect(story().read('a', 0).read('b', 1).audited(0, 2).broken).toEqual([])
    const unasked = new Story().tell({ f: 'send', phase: 'invoke', process: 'p', id: 'a', topic: AT.topic, acks: 0, isIdempotent: false })
    expect(unasked.acknowledged('a', -1).audited(0, 0).broken).toEqual([])
  })

  it('allows the front to go where it was trimmed, and no further', () => {
    const trimmed = (before: number): Story =>
      new Story()
        .sent('a', 0)
        .sent('b', 1)
        .tell({ f: 'trim', ...AT, before })
        .read('b', 1)
        .audited(1, 2)
    expect(trimmed(1).broken).toEqual([])
    expect(trimmed(0).broken).toEqual(['I1'])
  })

  it('finds what was refused, and read all the same (I2)', () => {
    const story = new Story().sending('a').tell({ f: 'send', phase: 'fail', process: 'p', id: 'a', code: 'MESSAGE_TOO_LARGE' })
    expect(story.read('a', 0).broken).toEqual(['I2'])
  })

  it('finds a record of an idempotent producer that is there twice, whether it was acknowledged or not (I3)', () => {
    expect(new Story().sentOnce('a', 0).read('a', 1).broken).toEqual(['I3'])
    expect(new Story().sending('a', { isIdempotent: true }).read('a', 0).read('a', 1).broken).toEqual(['I3'])
    const elsewhere = new Story()
      .sentOnce('a', 0)
      .tell({ f: 'read', process: 'c', ...AT, partition: 1, offset: 0, value: 'a', isIntact: true })
    expect(elsewhere.broken).toEqual(['I3'])
    expect(new Story().sentOnce('a', 0).read('a', 0).read('a', 0, 'other').broken).toEqual([])
  })

  it('finds records of an idempotent producer that are not in the order of its calls (I3)', () => {
    const both = (process: string): Story =>
      new Story().sending('a', { isIdempotent: true }).sending('b', { process, isIdempotent: true }).read('b', 0).read('a', 1).audited(0, 2)
    expect(both('p').broken).toEqual(['I3'])
    expect(both('another').broken).toEqual([])
  })

  it('allows a record to be there twice once neither its log nor a snapshot remembers it', () => {
    const trimmed = (): Story => new Story().tell({ f: 'topic', topic: AT.topic, promise: 'trimmed' })
    expect(trimmed().sentOnce('a', 0).read('a', 1).broken).toEqual(['I3'])
    expect(
      trimmed()
        .sentOnce('a', 0)
        .tell({ f: 'snapshot-lost', ...AT })
        .read('a', 1).broken,
    ).toEqual([])
    expect(
      new Story()
        .sentOnce('a', 0)
        .tell({ f: 'snapshot-lost', ...AT })
        .read('a', 1).broken,
    ).toEqual(['I3'])
  })

  it('finds an offset with two values, whoever saw them (I4)', () => {
    expect(new Story().sent('a', 0).sent('b', 5).read('b', 0).broken).toEqual(['I4'])
    expect(new Story().sent('a', 0).sent('b', 1).read('a', 0, 'c1').read('b', 0, 'c2').broken).toContain('I4')
    expect(new Story().sent('a', 0, 'p1').sent('b', 0, 'p2').broken).toEqual(['I4'])
  })

  it('finds sends of one producer whose offsets do not rise (I5), and lets those of two overtake each other', () => {
    expect(new Story().sent('a', 1).sent('b', 0).broken).toEqual(['I5'])
    expect(new Story().sent('a', 1, 'p1').sent('b', 0, 'p2').broken).toEqual([])
  })

  it('finds a reader that skips, or steps back (I6), but not one that was sent elsewhere', () => {
    const three = (): Story => new Story().sent('a', 0).sent('b', 1).sent('c', 2)
    expect(three().read('a', 0).read('c', 2).broken).toEqual(['I6'])
    expect(three().read('a', 0).read('a', 0).broken).toEqual(['I6'])
    expect(
      three()
        .tell({ f: 'position', process: 'c', ...AT, offset: 1 })
        .read('a', 0).broken,
    ).toEqual(['I6'])
    const elsewhere = three()
      .read('a', 0)
      .tell({ f: 'position', process: 'c', ...AT, offset: 2 })
      .read('c', 2)
    expect(elsewhere.broken).toEqual([])
  })

  it('finds a high watermark that fell, between two that asked and within one reader (I14)', () => {
    const asked = new Story().sent('a', 0).sent('b', 1)
    asked.tell({ f: 'end', ...AT, askedMs: asked.nowMs + 1, offset: 1 })
    expect(asked.broken).toEqual(['I14'])
    const fetched = new Story().tell(
      { f: 'fetched', process: 'c', ...AT, highWatermark: 5 },
      { f: 'fetched', process: 'c', ...AT, highWatermark: 4 },
    )
    expect(fetched.broken).toEqual(['I14'])
  })

  it('does not mind an answer that is older than the question of another', () => {
    const story = new Story()
    const askedMs = story.nowMs
    story.sent('a', 0).tell({ f: 'end', ...AT, askedMs, offset: 0 })
    expect(story.broken).toEqual([])
  })

  it('finds an acknowledgement after a failed sync, and a second sync of the file (I18)', () => {
    const failed = (): Story => new Story().tell({ f: 'sync-failed', directory: '/data' })
    expect(failed().sent('a', 0).broken).toEqual(['I18'])
    expect(failed().tell({ f: 'life', phase: 'starting', detail: '' }).sent('a', 0).broken).toEqual([])
    const overtaken = failed().sending('a')
    overtaken.tell({ f: 'life', phase: 'starting', detail: '' }, { f: 'sync-failed', directory: '/data' })
    expect(overtaken.acknowledged('a', 0).broken).toEqual([])
    expect(failed().tell({ f: 'synced-again', path: '/data/journal/0.wal' }).broken).toEqual(['I18'])
  })

  it('finds a gap in a log (I19)', () => {
    expect(new Story().sent('a', 0).sent('c', 2).read('a', 0, 'x').read('a', 0).read('c', 2).audited(0, 3).broken).toContain('I19')
  })

  it('finds bytes that nobody sent, and records of another topic (I20)', () => {
    expect(new Story().tell({ f: 'read', process: 'c', ...AT, offset: 0, value: '3 bytes, "???"', isIntact: false }).broken).toEqual([
      'I20',
    ])
    expect(new Story().read('z', 0).broken).toEqual(['I20'])
    const other = new Story().sending('a', { topic: 'payments' })
    expect(other.read('a', 0).broken).toEqual(['I20'])
  })

  it('hands on what another part of the simulation found', () => {
    expect(new Story().tell({ f: 'violation', invariant: 'liveness', what: 'nothing moves' }).broken).toEqual(['liveness'])
  })

  it('asks less of a topic whose acknowledgements power loss may take back', () => {
    const story = new Story().tell({ f: 'topic', topic: AT.topic, promise: 'page' }).sent('a', 0).sent('b', 0).read('b', 0).audited(0, 1)
    expect(story.broken).toEqual([])
  })
})
