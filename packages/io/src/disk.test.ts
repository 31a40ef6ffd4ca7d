import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { type Disk, DiskError } from './disk.ts'
import { NodeDisk } from './node/disk.ts'
import { SimulatedDisk } from './simulated/disk/simulated-disk.ts'

const realDirectories: string[] = []

afterAll(() => {
  for (const directory of realDirectories) rmSync(directory, { recursive: true, force: true })
})

function realDisk(): { disk: Disk; root: string } {
  const root = mkdtempSync(join(tmpdir(), 'kafka-ts-io-'))
  realDirectories.push(root)
  return { disk: new NodeDisk(), root }
}

function simulatedDisk(): { disk: Disk; root: string } {
  const disk = new SimulatedDisk()
  disk.makeDirectorySync('/data')
  return { disk, root: '/data' }
}

function codeOf(action: () => unknown): string | undefined {
  try {
    action()
  } catch (error) {
    if (error instanceof DiskError) return error.code
    throw error
  }
  return undefined
}

describe.each([
  ['real', realDisk],
  ['simulated', simulatedDisk],
])('a %s disk', (_kind, create) => {
  let disk: Disk
  let root: string

  beforeEach(() => {
    ;({ disk, root } = create())
  })

  function write(path: string, text: string): void {
    const file = disk.openSync(path, 'create')
    file.writeSync([Buffer.from(text)], 0)
    file.closeSync()
  }

  function read(path: string): string {
    const file = disk.openSync(path, 'read')
    const target = Buffer.alloc(file.sizeSync())
    file.readSync(target, 0)
    file.closeSync()
    return target.toString()
  }

  it('reads back what was gathered into one write, on and off the loop', async () => {
    const file = disk.openSync(`${root}/a`, 'createNew')
    file.writeSync([Buffer.from('one '), Buffer.alloc(0), Buffer.from('two')], 0)
    await file.write([Buffer.from(' three'), Buffer.from(' four')], 7)
    const target = Buffer.alloc(64)
    expect(await file.read(target, 4)).toBe('two three four'.length)
    expect(target.toString('utf8', 0, 14)).toBe('two three four')
    expect(file.readSync(target, 1000)).toBe(0)
    file.closeSync()
  })

  it('takes more buffers than the system gathers at once', async () => {
    const buffers = Array.from({ length: 5000 }, (_, index) => Buffer.from([index & 0xff, index >> 8]))
    const file = disk.openSync(`${root}/a`, 'create')
    file.writeSync(buffers, 10)
    await file.write(buffers, 10 + 10_000)
    const target = Buffer.alloc(10_000)
    for (const position of [10, 10_010]) {
      expect(file.readSync(target, position)).toBe(10_000)
      expect(target.equals(Buffer.concat(buffers))).toBe(true)
    }
    expect(file.sizeSync()).toBe(20_010)
    file.closeSync()
  })

  it('opens by mode', () => {
    expect(codeOf(() => disk.openSync(`${root}/a`, 'read'))).toBe('ENOENT')
    expect(codeOf(() => disk.openSync(`${root}/a`, 'readWrite'))).toBe('ENOENT')
    expect(codeOf(() => disk.openSync(`${root}/none/a`, 'create'))).toBe('ENOENT')
    write(`${root}/a`, 'x')
    expect(codeOf(() => disk.openSync(`${root}/a`, 'createNew'))).toBe('EEXIST')
    expect(codeOf(() => disk.openSync(`${root}/a`, 'read').writeSync([Buffer.from('y')], 0))).toBe('EBADF')
    disk.openSync(`${root}/a`, 'readWrite').writeSync([Buffer.from('y')], 1)
    expect(read(`${root}/a`)).toBe('xy')
  })

  it('cuts a file and fills with zeros when it grows again', () => {
    const file = disk.openSync(`${root}/a`, 'create')
    file.writeSync([Buffer.from('abcdef')], 0)
    file.truncateSync(2)
    expect(file.sizeSync()).toBe(2)
    file.truncateSync(4)
    expect(read(`${root}/a`)).toBe('ab\0\0')
    file.closeSync()
  })

  it('refuses a closed file and lets calls under way end', async () => {
    const file = disk.openSync(`${root}/a`, 'create')
    file.writeSync([Buffer.from('abc')], 0)
    const target = Buffer.alloc(3)
    const reading = file.read(target, 0)
    const syncing = file.sync()
    file.closeSync()
    file.closeSync()
    expect(await reading).toBe(3)
    await syncing
    expect(codeOf(() => file.sizeSync())).toBe('EBADF')
    await expect(file.read(target, 0)).rejects.toMatchObject({ name: 'DiskError', code: 'EBADF' })
    await expect(file.write([target], 0)).rejects.toMatchObject({ code: 'EBADF' })
  })

  it('renames over an existing file, and lists names in order', () => {
    write(`${root}/b`, 'new')
    write(`${root}/a`, 'old')
    disk.makeDirectorySync(`${root}/c/d`)
    disk.makeDirectorySync(`${root}/c/d`)
    disk.renameSync(`${root}/b`, `${root}/a`)
    expect(read(`${root}/a`)).toBe('new')
    expect(disk.listSync(root)).toEqual(['a', 'c'])
    expect(disk.listSync(`${root}/c`)).toEqual(['d'])
    expect(codeOf(() => disk.renameSync(`${root}/b`, `${root}/x`))).toBe('ENOENT')
    expect(codeOf(() => disk.listSync(`${root}/none`))).toBe('ENOENT')
    expect(codeOf(() => disk.listSync(`${root}/a`))).toBe('ENOTDIR')
  })

  it('tells files, directories and nothing apart', () => {
    write(`${root}/a`, 'abc')
    expect(disk.statSync(`${root}/a`)).toMatchObject({ size: 3, isDirectory: false })
    expect(disk.statSync(root)).toMatchObject({ isDirectory: true })
    expect(disk.statSync(`${root}/b`)).toBeUndefined()
  })

  it('removes files and trees, also those already gone', async () => {
    write(`${root}/a`, 'abc')
    disk.makeDirectorySync(`${root}/c/d`)
    write(`${root}/c/d/e`, 'abc')
    disk.removeSync(`${root}/a`)
    disk.removeSync(`${root}/a`)
    await disk.removeTree(`${root}/c`)
    await disk.removeTree(`${root}/c`)
    expect(disk.listSync(root)).toEqual([])
  })

  it('keeps an open file readable after its name is gone', () => {
    write(`${root}/a`, 'abc')
    const file = disk.openSync(`${root}/a`, 'read')
    disk.removeSync(`${root}/a`)
    const target = Buffer.alloc(3)
    expect(file.readSync(target, 0)).toBe(3)
    expect(target.toString()).toBe('abc')
    file.closeSync()
  })

  it('gives a lock to one holder at a time', () => {
    const lock = disk.lockSync(`${root}/.lock`)
    expect(codeOf(() => disk.lockSync(`${root}/.lock`))).toBe('LOCKED')
    lock.release()
    lock.release()
    const again = disk.lockSync(`${root}/.lock`)
    lock.release()
    expect(codeOf(() => disk.lockSync(`${root}/.lock`))).toBe('LOCKED')
    again.release()
    expect(codeOf(() => disk.lockSync(`${root}/none/.lock`))).toBe('ENOENT')
  })

  it('syncs files and directories and reports free space', async () => {
    const file = disk.openSync(`${root}/a`, 'create')
    await file.sync()
    file.syncSync()
    file.closeSync()
    await disk.syncDirectory(root)
    disk.syncDirectorySync(root)
    await expect(disk.syncDirectory(`${root}/none`)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await disk.freeBytes(root)).toBeGreaterThan(0)
  })
})
