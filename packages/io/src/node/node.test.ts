import { spawn } from 'node:child_process'
import { getEventListeners, once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DiskError } from '../disk.ts'
import { NodeClock } from './clock.ts'
import { NodeCompression } from './compression.ts'
import { NodeDisk } from './disk.ts'
import { NodeRandom } from './random.ts'

describe('the real clock', () => {
  const clock = new NodeClock()

  it('fires a timer, and not one that was cancelled', async () => {
    const seen: string[] = []
    clock.setTimer(0, () => seen.push('cancelled')).cancel()
    clock.setTimer(-5, () => seen.push('first'), { unref: true })
    const startMs = clock.monotonic()
    await clock.sleep(5)
    expect(clock.monotonic() - startMs).toBeGreaterThan(3)
    expect(seen).toEqual(['first'])
    expect(Number.isInteger(clock.now())).toBe(true)
  })

  it('does not fire a timer early whose delay is more than Node can keep', async () => {
    let fired = false
    const timer = clock.setTimer(2 ** 40, () => {
      fired = true
    })
    await clock.sleep(5)
    timer.cancel()
    expect(fired).toBe(false)
  })

  it('wakes on abort and leaves no listener behind', async () => {
    const controller = new AbortController()
    await clock.sleep(1, controller.signal)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    const sleeping = clock.sleep(60_000, controller.signal)
    controller.abort(new Error('wake up'))
    await expect(sleeping).rejects.toThrow('wake up')
    await expect(clock.sleep(1, controller.signal)).rejects.toThrow('wake up')
  })

  it('defers until after the promises of this tick', async () => {
    const seen: string[] = []
    await new Promise<void>((resolve) => {
      clock.defer(() => {
        seen.push('deferred')
        resolve()
      })
      void Promise.resolve().then(() => seen.push('promise'))
    })
    expect(seen).toEqual(['promise', 'deferred'])
  })
})

describe('real randomness', () => {
  it('gives fresh bytes, bounded numbers and version 4 UUIDs', () => {
    const random = new NodeRandom()
    const seen = new Set<string>()
    for (let draw = 0; draw < 2000; draw++) {
      const uuid = random.uuid()
      expect((uuid[6] ?? 0) >> 4).toBe(4)
      expect((uuid[8] ?? 0) >> 6).toBe(2)
      seen.add(Buffer.from(uuid).toString('hex'))
      expect(random.float()).toBeGreaterThanOrEqual(0)
      expect(random.float()).toBeLessThan(1)
      expect(random.uint32()).toBeLessThan(2 ** 32)
    }
    expect(seen.size).toBe(2000)
    expect(random.bytes(10_000)).toHaveLength(10_000)
  })
})

describe.each([
  ['on the loop', 100],
  ['off the loop', 1_000_000],
])('real compression %s', (_where, size) => {
  const compression = new NodeCompression()
  const input = Buffer.alloc(size, 'kafka ')
  // Incompressible, so that the packed input is large as well.
  const noise = new NodeRandom().bytes(size)

  it.each(['gzip', 'zstd'] as const)('packs and unpacks %s', async (codec) => {
    const pack = codec === 'gzip' ? compression.gzip.bind(compression) : compression.zstdCompress.bind(compression)
    const unpack = codec === 'gzip' ? compression.gunzip.bind(compression) : compression.zstdDecompress.bind(compression)
    for (const original of [input, noise, new Uint8Array(0)]) {
      const packed = await pack(original, 3)
      expect(Buffer.compare(await unpack(packed, original.length), original)).toBe(0)
    }
    const packed = await pack(noise)
    await expect(unpack(packed, size - 1)).rejects.toThrow(RangeError)
    await expect(unpack(packed, 0)).rejects.toThrow(RangeError)
    const notPacked = unpack(Buffer.alloc(size, 1), size)
    await expect(notPacked).rejects.toThrow()
    await expect(notPacked).rejects.not.toThrow(RangeError)
  })
})

describe('the real disk', () => {
  it.runIf(existsSync('/proc/self'))('refuses at once to make a directory where the file system makes none', () => {
    const disk = new NodeDisk()
    expect(() => disk.makeDirectorySync('/proc/kafka-ts/data')).toThrow(DiskError)
  })

  it('does not take a file for a directory', () => {
    const disk = new NodeDisk()
    const file = join(mkdtempSync(join(tmpdir(), 'kafka-ts-io-')), 'file')
    disk.openSync(file, 'create').closeSync()
    expect(() => disk.makeDirectorySync(file)).toThrow(/EEXIST/)
    expect(() => disk.makeDirectorySync(join(file, 'below'))).toThrow(DiskError)
    rmSync(dirname(file), { recursive: true })
  })
})

describe('the real lock', () => {
  let directory: string

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'kafka-ts-lock-'))
  })

  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  it('holds against another process, falls with it when it is killed, and warns nobody', async () => {
    const path = join(directory, '.lock')
    const program = `
      import { NodeDisk } from ${JSON.stringify(import.meta.resolve('./disk.ts'))}
      new NodeDisk().lockSync(${JSON.stringify(path)})
      process.stdout.write('locked')
      setInterval(() => undefined, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'pipe'] })
    let complaints = ''
    child.stderr.on('data', (chunk) => {
      complaints += chunk
    })
    const exited = once(child, 'exit')
    try {
      await Promise.race([once(child.stdout, 'data'), exited.then(() => Promise.reject(new Error(complaints)))])
      expect(() => new NodeDisk().lockSync(path)).toThrow('LOCKED')
    } finally {
      child.kill('SIGKILL')
    }
    await exited
    new NodeDisk().lockSync(path).release()
    expect(complaints).toBe('')
  })
})
