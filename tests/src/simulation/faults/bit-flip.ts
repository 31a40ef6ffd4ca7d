import { dirname } from 'node:path'
import type { Disk } from '@kafka-ts/io'
import { BATCH_HEADER_BYTES, batchBytesOf } from '@kafka-ts/protocol/records'
import { between, pick } from '../plan.ts'
import type { Fault, FaultContext } from './fault.ts'
import { endLife, startAgain } from './process-faults.ts'

/**
 * Segments and what belongs to them. A time index has no check of its own, and a wrong answer of it is only a wrong place to begin. Damaged
 * metadata keep the broker from starting, as they should.
 */
const ROTTING = /^(?!.*\/metadata\/).*\.(log|index|headers)$/
const MAX_FLIPS = 3
/** How long it waits for something to be written. */
const PATIENCE_MS = 10_000
const ROTTEN_MS = { min: 500, max: 4000 }
/** Bytes before the flip that tell, with its own, whether it is still there. */
const BYTES_BEFORE = 24
/** Where a batch has its leader epoch. */
const LEADER_EPOCH = { from: 12, to: 16 }

interface Flip {
  readonly path: string
  readonly position: number
  readonly bit: number
  /** The bytes up to it, as they were right after the flip. */
  readonly bytes: Buffer
}

/**
 * Bits of stored segments turn over, and later turn back, as if somebody had mended the medium. In between what they hold may be unreadable, but
 * nothing wrong may be read; afterwards everything must be there again, so that nobody may have cut it off as a torn end.
 */
export const flipBits: Fault = async (context) => {
  const { world, random } = context
  await world.until(() => rottingFiles(context).length > 0, PATIENCE_MS)
  const flips: Flip[] = []
  for (let count = between(random, 1, MAX_FLIPS); count > 0; count--) {
    const flip = flipOne(context)
    if (flip !== undefined) flips.push(flip)
  }
  if (flips.length === 0) return
  world.noteFault('bit-flip', flips.map(({ path, position, bit }) => `${path} ${position} ${bit}`).join(', '))
  await world.sleep(between(random, ROTTEN_MS.min, ROTTEN_MS.max))
  if (random.chance(0.6)) {
    // A clean stop checks more, a crash has more to lose: what only the journal has of a log must wait until the log is mended.
    if (random.chance(0.3)) await world.broker.stop()
    else endLife(context)
    await startAgain(context)
    await world.sleep(between(random, ROTTEN_MS.min, ROTTEN_MS.max))
  }
  for (const flip of flips.reverse()) flipBack(context, flip)
  // What was found damaged at a start stays refused until the next one.
  endLife(context)
  await startAgain(context)
}

function rottingFiles({ world: { broker } }: FaultContext): string[] {
  return filesBelow(broker.disk, '/').filter((path) => ROTTING.test(path) && (broker.disk.statSync(path)?.size ?? 0) > 0)
}

function flipOne({ world, random }: FaultContext): Flip | undefined {
  const { disk } = world.broker
  const found = rottingFiles({ world, random })
  // A start reads the newest segments only: what turns over elsewhere it does not see.
  const paths = random.chance(0.5) ? newestSegments(found) : found
  if (paths.length === 0) return undefined
  const path = pick(random, paths)
  const position = random.below(disk.statSync(path)?.size ?? 0)
  if (isUnguarded(disk, path, position)) return undefined
  const bit = random.below(8)
  disk.flipBit(path, position, bit)
  return { path, position, bit, bytes: bytesUpTo(disk, path, position) }
}

/**
 * What no checksum covers until its segment is flushed: the leader epoch of a batch that is in no journal. A start that finds one that was never
 * given there refuses the log for good.
 */
function isUnguarded(disk: Disk, path: string, position: number): boolean {
  if (!/\/page-\d+\/\d+\.log$/.test(path)) return false
  const file = disk.openSync(path, 'read')
  const bytes = new Uint8Array(file.sizeSync())
  file.readSync(bytes, 0)
  file.closeSync()
  for (let at = 0; at + BATCH_HEADER_BYTES <= bytes.length; at += batchBytesOf(bytes, at)) {
    if (position >= at + LEADER_EPOCH.from && position < at + LEADER_EPOCH.to) return true
    if (position < at + BATCH_HEADER_BYTES || batchBytesOf(bytes, at) <= 0) return false
  }
  return false
}

/** The log file that is appended to, of each log. */
function newestSegments(paths: readonly string[]): string[] {
  const newest = new Map<string, string>()
  for (const path of paths.filter((path) => path.endsWith('.log')).sort()) newest.set(dirname(path), path)
  return [...newest.values()]
}

function flipBack({ world }: FaultContext, { path, position, bit, bytes }: Flip): void {
  const { disk } = world.broker
  if (disk.statSync(path) === undefined) return
  // It may have been cut off, and something else written there. What follows it says nothing: a power cut may have torn that.
  if (!bytesUpTo(disk, path, position).equals(bytes)) return
  disk.flipBit(path, position, bit)
}

function bytesUpTo(disk: Disk, path: string, position: number): Buffer {
  const file = disk.openSync(path, 'read')
  const from = Math.max(0, position - BYTES_BEFORE)
  const bytes = Buffer.alloc(position + 1 - from)
  const length = file.readSync(bytes, from)
  file.closeSync()
  return bytes.subarray(0, length)
}

/** Paths of all files below a directory. */
export function filesBelow(disk: Disk, directory: string): string[] {
  return disk.listSync(directory).flatMap((name) => {
    const path = `${directory === '/' ? '' : directory}/${name}`
    return disk.statSync(path)?.isDirectory === true ? filesBelow(disk, path) : [path]
  })
}
