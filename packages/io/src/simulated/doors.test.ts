import { describe, expect, it } from 'vitest'
import { DiskError } from '../disk.ts'
import { type SimulatedDoors, simulatedDoors } from './doors.ts'
import { SimulatedNetwork } from './network/simulated-network.ts'
import { Scheduler } from './scheduler.ts'

/** Replaces the content of a file as is usual: a new file, synced, renamed over the old one, its directory synced. */
async function replace(doors: SimulatedDoors, text: string): Promise<void> {
  const file = doors.disk.openSync('/state.tmp', 'create')
  file.truncateSync(0)
  file.writeSync([Buffer.from(text)], 0)
  await file.sync()
  file.closeSync()
  doors.disk.renameSync('/state.tmp', '/state')
  await doors.disk.syncDirectory('/')
}

function state(doors: SimulatedDoors): string {
  const file = doors.disk.openSync('/state', 'read')
  const target = Buffer.alloc(file.sizeSync())
  file.readSync(target, 0)
  return target.toString()
}

describe('the doors of a simulated process', () => {
  it.each(['before', 'after'] as const)('can end %s every change of a run, and a safe replacement survives each', async (when) => {
    const seen = new Set<string>()
    for (let seed = 0; seed < 10; seed++) {
      let changes = Number.POSITIVE_INFINITY
      for (let n = 0; n <= changes; n++) {
        const scheduler = new Scheduler({ seed })
        const network = new SimulatedNetwork({ scheduler })
        const doors = simulatedDoors({ scheduler, network, host: 'a' })
        await scheduler.settle(replace(doors, 'old'))
        const before = doors.simulatedDisk.changeCount
        if (n > 0) doors.endAtChange(n, when)
        let isAcknowledged = false
        const replacing = replace(doors, 'newer').then(
          () => {
            isAcknowledged = true
          },
          (error) => expect(error).toBeInstanceOf(DiskError),
        )
        await scheduler.run(() => isAcknowledged || !doors.isAlive)
        if (n === 0) changes = doors.simulatedDisk.changeCount - before
        else void replacing
        expect(doors.isAlive).toBe(n === 0)
        const next = simulatedDoors({ scheduler, network, host: 'a', simulatedDisk: doors.simulatedDisk })
        const found = state(next)
        expect(isAcknowledged ? ['newer'] : ['old', 'newer']).toContain(found)
        seen.add(found)
      }
      expect(changes).toBe(6)
    }
    expect(seen).toEqual(new Set(['old', 'newer']))
  })

  it('draws other numbers in each life, and the same ones for the same seed', () => {
    const draw = (): string[] => {
      const first = simulatedDoors({ seed: 5 })
      first.kill()
      const { scheduler, simulatedDisk, simulatedNetwork } = first
      const second = simulatedDoors({ scheduler, simulatedDisk, network: simulatedNetwork })
      return [first, second].map((doors) => Buffer.from(doors.random.uuid()).toString('hex'))
    }
    const [one, other] = draw()
    expect(one).not.toBe(other)
    expect(draw()).toEqual([one, other])
  })

  it('compresses at once', async () => {
    const { compression } = simulatedDoors({ seed: 1 })
    const input = Buffer.alloc(1_000_000, 'kafka')
    let output: Uint8Array | undefined
    void compression.gzip(input).then(async (packed) => {
      output = await compression.gunzip(packed, input.length)
    })
    // Only promises run here, no event of the loop.
    for (let turn = 0; turn < 10; turn++) await undefined
    expect(output?.length).toBe(input.length)
  })
})
