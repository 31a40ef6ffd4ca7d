import { describe, expect, it } from 'vitest'
import { countChanges, crashAt } from './testing-support/recorded-run.ts'

describe('a crash at every change of the disk', () => {
  it('loses nothing durable and leaves a prefix of what was appended', async () => {
    const changes = await countChanges({ seed: 1 })
    expect(changes).toBeGreaterThan(100)
    const found: string[] = []
    for (let n = 1; n <= changes; n++) {
      for (const when of ['before', 'after'] as const) {
        for (const problem of await crashAt({ n, when }, { seed: 1 })) found.push(`${when} change ${n}: ${problem}`)
      }
    }
    expect(found).toEqual([])
  })
})
