import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { CliDoors } from '../doors.ts'
import { temporaryHome } from '../testing-support/run-command.ts'
import { readOffsetFile, writeOffsetFile } from './offset-file.ts'

const doors = (text: string) => ({ stdin: Readable.from([Buffer.from(text)]) }) as unknown as CliDoors

it('gives back every offset that was kept', async () => {
  const offset = fc.record({
    topic: fc.stringMatching(/^[a-zA-Z0-9._-]{1,20}$/),
    partition: fc.nat({ max: 100_000 }),
    offset: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  })
  const offsets = fc.uniqueArray(offset, { minLength: 1, maxLength: 20, selector: ({ topic, partition }) => `${topic}/${partition}` })
  await fc.assert(
    fc.asyncProperty(offsets, async (kept) => {
      const path = join(temporaryHome(), 'offsets.csv')
      await writeOffsetFile(path, kept)
      expect(await readOffsetFile(path, doors(''))).toEqual(kept)
    }),
    { numRuns: 30 },
  )
})

it('says where nothing was committed, in a way that is not read back', async () => {
  const path = join(temporaryHome(), 'offsets.csv')
  await writeOffsetFile(path, [
    { topic: 'a', partition: 0, offset: 7 },
    { topic: 'a', partition: 1, offset: null },
  ])
  expect(readFileSync(path, 'utf8')).toBe('a,0,7\n# a,1: nothing was committed\n')
  expect(await readOffsetFile(path, doors(''))).toHaveLength(1)
})

it('never overwrites a file', async () => {
  const path = join(temporaryHome(), 'offsets.csv')
  await writeOffsetFile(path, [{ topic: 'a', partition: 0, offset: 7 }])
  await expect(writeOffsetFile(path, [{ topic: 'a', partition: 0, offset: 8 }])).rejects.toMatchObject({ exit: 7 })
  expect(readFileSync(path, 'utf8')).toBe('a,0,7\n')
})

it.each([
  ['', 'holds no offsets'],
  ['a,0\n', 'line 1: a,0 is not topic,partition,offset'],
  ['a,0,1\na,0,2\n', 'line 2: a/0 is there twice'],
  ['a,0,-1\n', 'is not topic,partition,offset'],
  ['a,0,99999999999999999999\n', 'is not a whole number'],
])('refuses %j', async (text, message) => {
  await expect(readOffsetFile('-', doors(text))).rejects.toThrow(message)
})
