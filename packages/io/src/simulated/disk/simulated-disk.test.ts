import { beforeEach, describe, expect, it } from 'vitest'
import type { Disk } from '../../disk.ts'
import { Scheduler } from '../scheduler.ts'
import { SeededRandom } from '../seeded-random.ts'
import { SimulatedDisk } from './simulated-disk.ts'

let disk: SimulatedDisk

beforeEach(() => {
  disk = createDisk(1)
})

function createDisk(seed: number): SimulatedDisk {
  const created = new SimulatedDisk({ random: new SeededRandom(seed) })
  created.makeDirectorySync('/d')
  created.syncDirectorySync('/')
  return created
}

function write(path: string, text: string, position = 0): void {
  const file = disk.openSync(path, 'create')
  file.writeSync([Buffer.from(text)], position)
  file.closeSync()
}

function sync(path: string): void {
  disk.openSync(path, 'readWrite').syncSync()
}

function read(path: string, from: Disk = disk): string | undefined {
  if (from.statSync(path) === undefined) return undefined
  const file = from.openSync(path, 'read')
  const target = Buffer.alloc(file.sizeSync())
  file.readSync(target, 0)
  return target.toString()
}

/** What `observe` sees after the same steps and a crash, over many seeds. */
function outcomes<Seen>(steps: () => void, observe: () => Seen): Set<Seen> {
  const seen = new Set<Seen>()
  for (let seed = 0; seed < 200; seed++) {
    disk = createDisk(seed)
    steps()
    disk.crash()
    seen.add(observe())
  }
  return seen
}

describe('a crash', () => {
  it('keeps what was synced, with a synced name', () => {
    const seen = outcomes(
      () => {
        write('/d/a', 'hello')
        sync('/d/a')
        disk.syncDirectorySync('/d')
      },
      () => read('/d/a'),
    )
    expect(seen).toEqual(new Set(['hello']))
  })

  it('may lose the name of a synced file whose directory was not synced', () => {
    const seen = outcomes(
      () => {
        write('/d/a', 'hello')
        sync('/d/a')
      },
      () => read('/d/a'),
    )
    expect(seen).toEqual(new Set(['hello', undefined]))
  })

  it('keeps, loses or tears a write that was not synced, byte by byte or with the size alone', () => {
    const seen = outcomes(
      () => {
        write('/d/a', 'old')
        sync('/d/a')
        disk.syncDirectorySync('/d')
        write('/d/a', 'NEWER')
      },
      () => read('/d/a') ?? 'missing',
    )
    for (const expected of ['old', 'NEWER', 'NEd', 'old\0\0']) expect(seen).toContain(expected)
    expect(seen).not.toContain('missing')
  })

  it('tears a large write at sectors', () => {
    const sectors = outcomes(
      () => {
        write('/d/a', '.'.repeat(2048))
        sync('/d/a')
        disk.syncDirectorySync('/d')
        write('/d/a', '#'.repeat(1024), 512)
      },
      () => (read('/d/a') ?? '').slice(512, 1537),
    )
    expect(sectors).toContain(`${'.'.repeat(512)}${'#'.repeat(512)}.`)
  })

  it('decides on each write by itself, whatever their order', () => {
    const seen = outcomes(
      () => {
        write('/d/a', '....')
        sync('/d/a')
        disk.syncDirectorySync('/d')
        write('/d/a', '1', 0)
        write('/d/a', '2', 2)
      },
      () => read('/d/a'),
    )
    expect(seen).toEqual(new Set(['....', '1...', '..2.', '1.2.']))
  })

  it('keeps or loses a cut that was not synced', () => {
    const seen = outcomes(
      () => {
        write('/d/a', 'abcd')
        sync('/d/a')
        disk.syncDirectorySync('/d')
        disk.openSync('/d/a', 'readWrite').truncateSync(1)
      },
      () => read('/d/a'),
    )
    expect(seen).toEqual(new Set(['a', 'abcd']))
  })

  it('keeps or undoes a rename and a removal until the directory is synced', () => {
    const steps = (): void => {
      write('/d/a', 'old')
      write('/d/b', 'gone')
      write('/d/a.tmp', 'new')
      for (const path of ['/d/a', '/d/b', '/d/a.tmp']) sync(path)
      disk.syncDirectorySync('/d')
      disk.renameSync('/d/a.tmp', '/d/a')
      disk.removeSync('/d/b')
    }
    const observe = (): string => `${disk.listSync('/d').join(' ')}: ${read('/d/a')}`
    expect(outcomes(steps, observe)).toEqual(new Set(['a: new', 'a b: new', 'a a.tmp: old', 'a a.tmp b: old']))
    const synced = (): void => {
      steps()
      disk.syncDirectorySync('/d')
    }
    expect(outcomes(synced, observe)).toEqual(new Set(['a: new']))
  })

  it('kills every handle, view and lock from before', async () => {
    const view = disk.attach()
    const file = view.openSync('/d/a', 'create')
    disk.lockSync('/d/.lock')
    disk.crash()
    expect(() => file.readSync(Buffer.alloc(1), 0)).toThrow('EBADF')
    await expect(file.sync()).rejects.toMatchObject({ code: 'EBADF' })
    expect(() => view.listSync('/d')).toThrow('EBADF')
    disk.lockSync('/d/.lock').release()
  })

  it('can be told to keep everything or nothing', () => {
    write('/d/a', 'old')
    sync('/d/a')
    disk.syncDirectorySync('/d')
    write('/d/a', 'new')
    disk.crash('all')
    expect(read('/d/a')).toBe('new')
    write('/d/a', 'xyz')
    disk.crash('none')
    expect(read('/d/a')).toBe('new')
  })
})

describe('a killed process', () => {
  it('leaves all it wrote, and its locks free', () => {
    const file = disk.openSync('/d/a', 'create')
    file.writeSync([Buffer.from('abc')], 0)
    disk.lockSync('/d/.lock')
    disk.killProcess()
    expect(read('/d/a')).toBe('abc')
    expect(() => file.sizeSync()).toThrow('EBADF')
    disk.lockSync('/d/.lock').release()
  })
})

describe('a fault', () => {
  it('strikes the k-th operation on a path, as often as told', () => {
    disk.faults.add({ operation: 'write', path: /a$/, nth: 2, times: 1 })
    write('/d/b', 'x')
    write('/d/a', 'x')
    expect(() => write('/d/a', 'y')).toThrow('EIO')
    write('/d/a', 'z')
    expect(disk.faults.injected.get('write')).toBe(1)
  })

  it('makes reads, renames, opens, directory syncs and calls off the loop fail', async () => {
    write('/d/a', 'x')
    const file = disk.openSync('/d/a', 'readWrite')
    for (const operation of ['read', 'rename', 'open', 'syncDirectory', 'write', 'sync'] as const) disk.faults.add({ operation })
    await expect(file.read(Buffer.alloc(1), 0)).rejects.toMatchObject({ code: 'EIO', path: '/d/a' })
    await expect(file.write([Buffer.from('y')], 0)).rejects.toMatchObject({ code: 'EIO' })
    await expect(file.sync()).rejects.toMatchObject({ code: 'EIO' })
    await expect(disk.syncDirectory('/d')).rejects.toMatchObject({ code: 'EIO' })
    expect(() => disk.renameSync('/d/a', '/d/b')).toThrow('EIO')
    expect(() => disk.openSync('/d/a', 'read')).toThrow('EIO')
    expect(disk.listSync('/d')).toEqual(['a'])
  })

  it('of a sync loses the writes for good, also when a later sync succeeds, whatever reads showed', () => {
    const shown = new Set<string | undefined>()
    for (let seed = 0; seed < 50; seed++) {
      disk = createDisk(seed)
      write('/d/a', 'old')
      sync('/d/a')
      disk.syncDirectorySync('/d')
      write('/d/a', 'new')
      disk.faults.add({ operation: 'sync' })
      expect(() => sync('/d/a')).toThrow('EIO')
      shown.add(read('/d/a'))
      sync('/d/a')
      disk.crash('all')
      expect(read('/d/a')).toBe('old')
    }
    expect(shown).toEqual(new Set(['old', 'new']))
  })

  it('of space writes what fits, and nothing is missing once space is made', async () => {
    write('/d/old', '12345')
    disk.setFreeBytes(3)
    expect(await disk.freeBytes('/d')).toBe(3)
    expect(() => write('/d/a', 'abcdef')).toThrow('ENOSPC')
    expect(read('/d/a')).toBe('abc')
    write('/d/old', '54321')
    disk.removeSync('/d/old')
    expect(await disk.freeBytes('/d')).toBe(5)
    write('/d/a', 'abcdef')
    expect(read('/d/a')).toBe('abcdef')
  })

  it('of the medium flips one bit, for readers and for good', () => {
    write('/d/a', 'abc')
    sync('/d/a')
    disk.syncDirectorySync('/d')
    disk.flipBit('/d/a', 1, 0)
    expect(read('/d/a')).toBe('acc')
    disk.crash()
    expect(read('/d/a')).toBe('acc')
  })

  it('by chance is counted, and short writes still write all', () => {
    disk.faults.setRandomPlan({ probabilities: { sync: 0.5 }, shortWriteProbability: 1 })
    write('/d/a', 'hello world')
    expect(read('/d/a')).toBe('hello world')
    let failures = 0
    for (let attempt = 0; attempt < 100; attempt++) {
      try {
        sync('/d/a')
      } catch {
        failures++
      }
    }
    expect(failures).toBeGreaterThan(20)
    expect(failures).toBeLessThan(80)
    expect(disk.faults.injected.get('sync')).toBe(failures)
  })
})

describe('an observer', () => {
  it('can crash before or after any change, and the process sees only a dead handle', () => {
    const steps = (target: Disk): void => {
      const file = target.openSync('/d/a', 'create')
      file.writeSync([Buffer.from('abc')], 0)
      file.syncSync()
      target.syncDirectorySync('/d')
    }
    disk.observe(undefined)
    const before = disk.changeCount
    steps(disk.attach())
    const changes = disk.changeCount - before
    expect(changes).toBe(4)
    for (let k = 1; k <= changes; k++) {
      for (const when of ['before', 'after'] as const) {
        disk = createDisk(k)
        const start = disk.changeCount
        disk.observe((observation) => {
          if (observation.n === start + k && observation.when === when) disk.crash('none')
        })
        expect(() => steps(disk.attach())).toThrow('EBADF')
        const isDurable = k === changes && when === 'after'
        expect(read('/d/a')).toBe(isDurable ? 'abc' : undefined)
      }
    }
  })
})

describe('calls off the loop', () => {
  it('complete by the scheduler, and a sync covers only what was written before it', async () => {
    const scheduler = new Scheduler({ seed: 3 })
    disk = new SimulatedDisk({ scheduler, random: scheduler.random.fork('disk') })
    write('/a', 'abc')
    disk.syncDirectorySync('/')
    const file = disk.openSync('/a', 'readWrite')
    const syncing = file.sync()
    file.writeSync([Buffer.from('XYZ')], 0)
    await scheduler.settle(syncing)
    disk.crash('none')
    expect(read('/a')).toBe('abc')
  })

  it('under way at a crash never settle', async () => {
    const scheduler = new Scheduler({ seed: 3 })
    disk = new SimulatedDisk({ scheduler })
    let isSettled = false
    const settle = (): void => {
      isSettled = true
    }
    disk.openSync('/a', 'create').sync().then(settle, settle)
    disk.crash()
    await scheduler.runFor(1000)
    expect(isSettled).toBe(false)
  })
})
