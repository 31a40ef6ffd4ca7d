import fc from 'fast-check'
import { expect, it } from 'vitest'
import { displayWidth } from '../output/table.ts'
import { keys, startTestDashboard } from './testing-support/test-dashboard.ts'
import { ctrl, type KeyPress, typed } from './ui/key-press.ts'

const key: fc.Arbitrary<KeyPress> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...Object.values(keys)) },
  { weight: 6, arbitrary: fc.constantFrom(...'jkgGd1234/sNLTCRSiahwp+-txyunc?!.*([').map(typed) },
  { weight: 1, arbitrary: fc.constantFrom(ctrl('r'), ctrl('e')) },
)
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('key' as const), key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.integer({ min: 1, max: 10_000 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('size' as const),
      columns: fc.integer({ min: 1, max: 200 }),
      rows: fc.integer({ min: 1, max: 60 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('break' as const, 'mend' as const, 'lose-groups' as const) }) },
)

it('whatever is pressed, and whatever happens to the cluster and the terminal, there is a frame that fits and nothing is written', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const test = await startTestDashboard()
      for (const next of steps) {
        if (next.kind === 'key') await test.press(next.key)
        else if (next.kind === 'time') await test.clock.advance(next.ms)
        else if (next.kind === 'size') test.dashboard.resize(next)
        else if (next.kind === 'break') test.cluster.down = new Error('gone')
        else if (next.kind === 'mend') test.cluster.down = undefined
        else test.cluster.groups.splice(0, 2)
        const frame = test.frame()
        const { columns, rows } = test.dashboard.state().size
        expect(frame.length).toBeLessThanOrEqual(rows)
        for (const line of frame) expect(displayWidth(line)).toBeLessThanOrEqual(columns)
      }
      expect(test.cluster.applied).toEqual([])
      await test.end()
    }),
    { numRuns: 60 },
  )
})
