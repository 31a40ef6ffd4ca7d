import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SeededRandom } from '../seeded-random.ts'
import { FileContent } from './file-content.ts'

type Step =
  | { readonly kind: 'write'; readonly position: number; readonly length: number }
  | { readonly kind: 'truncate'; readonly size: number }
  | { readonly kind: 'sync' }

const MAX_SIZE = 3000

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), position: fc.nat(2000), length: fc.oneof(fc.constant(0), fc.nat(1000)) }),
  fc.record({ kind: fc.constant('truncate' as const), size: fc.nat(2000) }),
  fc.record({ kind: fc.constant('sync' as const) }),
)

function contentOf(file: FileContent): Uint8Array {
  const bytes = new Uint8Array(file.size)
  file.read(bytes, 0)
  return bytes
}

/** A plain array of bytes as the reference; 0 lies where nothing was written. */
class Model {
  bytes = new Uint8Array(0)

  apply(step: Exclude<Step, { kind: 'sync' }>, fill: number): void {
    const size = step.kind === 'truncate' ? step.size : Math.max(this.bytes.length, step.length === 0 ? 0 : step.position + step.length)
    const next = new Uint8Array(size)
    next.set(this.bytes.subarray(0, size))
    if (step.kind === 'write') next.fill(fill, step.position, step.position + step.length)
    this.bytes = next
  }
}

describe('the content of a simulated file', () => {
  it('reads as a plain array of bytes does', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const file = new FileContent()
        const model = new Model()
        run(steps, { file, onChange: (change, fill) => model.apply(change, fill), onSync: () => undefined })
        expect(Buffer.compare(contentOf(file), model.bytes)).toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  it('after a crash has, byte by byte, what was synced or what was written there since', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.nat(), (steps, seed) => {
        const file = new FileContent()
        const model = new Model()
        let allowed: Set<number>[] = []
        let sizes = new Set([0])
        const restart = (): void => {
          allowed = Array.from({ length: MAX_SIZE }, (_, index) => new Set([model.bytes[index] ?? 0]))
          sizes = new Set([model.bytes.length])
        }
        restart()
        run(steps, {
          file,
          onChange: (change, fill) => {
            model.apply(change, fill)
            if (change.kind === 'truncate') {
              for (let index = change.size; index < MAX_SIZE; index++) allowed[index]?.add(0)
              sizes.add(change.size)
              return
            }
            for (let index = change.position; index < change.position + change.length; index++) {
              allowed[index]?.add(fill)
              sizes.add(index + 1)
            }
          },
          onSync: restart,
        })
        file.crash(new SeededRandom(seed), 'mixed')
        const found = contentOf(file)
        expect(found.findIndex((byte, index) => allowed[index]?.has(byte) !== true)).toBe(-1)
        expect(sizes).toContain(found.length)
      }),
      { numRuns: 300 },
    )
  })
})

function run(
  steps: readonly Step[],
  options: {
    readonly file: FileContent
    readonly onChange: (change: Exclude<Step, { kind: 'sync' }>, fill: number) => void
    readonly onSync: () => void
  },
): void {
  const { file, onChange, onSync } = options
  for (const [index, step] of steps.entries()) {
    const fill = index + 1
    if (step.kind === 'sync') {
      file.commit(file.markSync())
      onSync()
      continue
    }
    if (step.kind === 'write') file.write(step.position, new Uint8Array(step.length).fill(fill))
    else file.truncate(step.size)
    onChange(step, fill)
  }
}
