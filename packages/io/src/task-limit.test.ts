import { expect, it } from 'vitest'
import { TaskLimit } from './task-limit.ts'

it('lets so many tasks run at a time, and all of them in the end, in order', async () => {
  const limit = new TaskLimit(3)
  let running = 0
  let most = 0
  const begun: number[] = []
  const task = async (index: number): Promise<number> => {
    begun.push(index)
    most = Math.max(most, ++running)
    await Promise.resolve()
    running--
    if (index % 2 === 1) throw new Error('odd')
    return index
  }
  const settled = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => limit.run(() => task(index))))
  expect(most).toBe(3)
  expect(begun).toEqual(Array.from({ length: 20 }, (_, index) => index))
  expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(10)
})
