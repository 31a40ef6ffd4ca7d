import { expect, test } from 'vitest'
import { copyBytes, countingCopies, joinBytes, noteCopy } from './copy-bytes.ts'

test('copies to where it is told', () => {
  const target = new Uint8Array(5)
  copyBytes('frame', target, 2, Uint8Array.of(7, 8))
  expect(target).toEqual(Uint8Array.of(0, 0, 7, 8, 0))
})

test('joins its parts in order', () => {
  expect(joinBytes('frame', [Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)])).toEqual(Uint8Array.of(1, 2, 3))
})

test('counts by place while it is asked to, and not before or after', async () => {
  const copy = (): void => copyBytes('frame', new Uint8Array(3), 0, Uint8Array.of(1, 2, 3))
  copy()
  const counted = await countingCopies(async () => {
    copy()
    copy()
    noteCopy('encode', 10)
  })
  copy()
  expect([...counted]).toEqual([
    ['frame', 6],
    ['encode', 10],
  ])
})

test('stops counting when what it counts fails', async () => {
  await expect(countingCopies(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
  const counted = await countingCopies(() => Promise.resolve())
  noteCopy('encode', 1)
  expect(counted.size).toBe(0)
})
