import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AckQueue, type PendingAppend } from './ack-queue.ts'

type Step = { readonly kind: 'push' | 'repeat' | 'ack' | 'fail'; readonly amount: number }

const steps = fc.array(fc.record<Step>({ kind: fc.constantFrom('push', 'push', 'repeat', 'ack', 'fail'), amount: fc.nat(20) }), {
  maxLength: 200,
})

describe('AckQueue', () => {
  it('gives up every append exactly once: acknowledged from the front, failed from the back', () => {
    fc.assert(
      fc.property(steps, (run) => {
        const queue = new AckQueue()
        let model: PendingAppend[] = []
        let end = 0
        for (const { kind, amount } of run) {
          const first = model[0]?.baseOffset ?? end
          if (kind === 'push') {
            const append = { baseOffset: end, endOffset: end + amount + 1, bytes: amount, logAppendTimeMs: -1, waiter: undefined, slot: 0 }
            end = append.endOffset
            queue.push(append)
            model.push(append)
          } else if (kind === 'repeat') {
            const repeated = model[amount % Math.max(model.length, 1)]
            if (repeated === undefined) continue
            const again = { ...repeated, bytes: 0, slot: 1 }
            queue.insert(again)
            model.splice(model.findLastIndex(({ endOffset }) => endOffset <= again.endOffset) + 1, 0, again)
          } else if (kind === 'ack') {
            const taken: PendingAppend[] = []
            const expected = model.filter(({ endOffset }) => endOffset <= first + amount)
            expect(queue.takeBelow(first + amount, (append) => taken.push(append))).toBe(
              expected.reduce((sum, { bytes }) => sum + bytes, 0),
            )
            expect(taken).toEqual(expected)
            model = model.slice(expected.length)
          } else {
            const from = Math.max(first, end - amount)
            const taken: PendingAppend[] = []
            queue.takeFrom(from, (append) => taken.push(append))
            expect(taken.reverse()).toEqual(model.filter(({ endOffset }) => endOffset > from))
            model = model.filter(({ endOffset }) => endOffset <= from)
            end = model.at(-1)?.endOffset ?? first
          }
          expect(queue.size).toBe(model.length)
        }
      }),
    )
  })

  it('stays small however many pass through it', () => {
    const queue = new AckQueue()
    for (let offset = 0; offset < 10_000; offset++) {
      queue.push({ baseOffset: offset, endOffset: offset + 1, bytes: 1, logAppendTimeMs: -1, waiter: undefined, slot: 0 })
      if (offset > 2) queue.takeBelow(offset - 2, () => {})
    }
    expect(queue.size).toBeLessThan(5)
  })
})
