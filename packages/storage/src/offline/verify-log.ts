import { join } from 'node:path'
import type { Disk } from '@kafka-ts/io'
import { readFileSync } from '../atomic-file.ts'
import { LeaderEpochCache } from '../leader-epoch-cache.ts'
import { LEADER_EPOCH_FILE } from '../log-storage.ts'
import { decodeProducerSnapshot } from '../producer-snapshot.ts'
import { parseSnapshotFileName } from '../producer-snapshots.ts'
import { parseLogFileName, parseSwapFileName, type SegmentFiles, SWAP_SUFFIX, segmentFiles, suffixed } from '../segment-files.ts'
import type { StoredBatch } from '../stored-batch.ts'
import type { Finding, FindingKind } from './finding.ts'
import { SegmentCheck } from './segment-check.ts'
import { type LogStretch, walkLog } from './walk-log.ts'

export interface VerifyLogOptions {
  readonly disk: Disk
  /** The directory of the log. */
  readonly path: string
  /** Everything below was durable; undefined when no checkpoint knows the log. */
  readonly recoveryPoint: number | undefined
  readonly logStartOffset: number
  /** The broker was stopped, it did not die. */
  readonly isClean: boolean
}

/** What a log holds and what is wrong with it. */
export interface LogReport {
  readonly name: string
  readonly path: string
  readonly logStartOffset: number
  readonly recoveryPoint: number | undefined
  readonly endOffset: number
  readonly segments: number
  readonly batches: number
  readonly bytes: number
  readonly findings: readonly Finding[]
}

/** Reads all of a log and every file beside it, and changes nothing. Rejects with `DiskError`. */
export async function verifyLog(options: VerifyLogOptions): Promise<LogReport> {
  return new LogVerifier(options).run()
}

class LogVerifier {
  readonly #options: VerifyLogOptions
  readonly #recoveryPoint: number
  readonly #findings: Finding[] = []
  #nextOffset = 0
  #leaderEpoch = -1
  #batches = 0
  #bytes = 0

  constructor(options: VerifyLogOptions) {
    this.#options = options
    this.#recoveryPoint = options.recoveryPoint ?? 0
  }

  async run(): Promise<LogReport> {
    const { disk, path, logStartOffset, recoveryPoint } = this.#options
    const names = disk.listSync(path)
    const segments = await this.#findSegments(names)
    this.#checkFront(segments[0]?.baseOffset)
    this.#nextOffset = segments[0]?.baseOffset ?? logStartOffset
    for (const [index, segment] of segments.entries()) await this.#checkSegment(segment, segments[index + 1]?.baseOffset)
    this.#checkEnd(segments.at(-1)?.baseOffset)
    this.#checkSnapshots(names)
    this.#checkEpochs()
    return {
      name: path.slice(path.lastIndexOf('/') + 1),
      path,
      logStartOffset,
      recoveryPoint,
      endOffset: this.#nextOffset,
      segments: segments.length,
      batches: this.#batches,
      bytes: this.#bytes,
      findings: this.#findings,
    }
  }

  /**
   * The segments of which something is served, by base offset. Where a crash interrupted compaction, a `.swap` stands for those it covers: the next
   * start puts it in their place.
   */
  async #findSegments(names: readonly string[]): Promise<FoundSegment[]> {
    const { disk, path, logStartOffset } = this.#options
    let found = names
      .map(parseLogFileName)
      .filter((offset) => offset !== undefined)
      .map((baseOffset): FoundSegment => ({ baseOffset, files: segmentFiles(path, baseOffset), isSwap: false }))
    for (const baseOffset of names.map(parseSwapFileName)) {
      if (baseOffset === undefined) continue
      const files = suffixed(segmentFiles(path, baseOffset), SWAP_SUFFIX)
      const endOffset = await endOf(disk, files.log, baseOffset)
      found = found.filter((covered) => covered.baseOffset < baseOffset || covered.baseOffset >= endOffset)
      found.push({ baseOffset, files, isSwap: true })
      const problem = 'compaction was interrupted: the next start puts this in the place of what it covers'
      this.#report('rebuilt', { file: files.log, fromOffset: baseOffset, toOffset: endOffset, problem })
    }
    found.sort((one, other) => one.baseOffset - other.baseOffset)
    return found.filter((_, index) => (found[index + 1]?.baseOffset ?? Number.POSITIVE_INFINITY) > logStartOffset)
  }

  async #checkSegment({ baseOffset, files, isSwap }: FoundSegment, following: number | undefined): Promise<void> {
    const { disk, isClean } = this.#options
    const isLast = following === undefined
    const check = new SegmentCheck(disk, files, { baseOffset, mustHaveFiles: !isSwap && !isLast && baseOffset < this.#recoveryPoint })
    if (baseOffset > this.#nextOffset) this.#reportGap(files.log, 0, baseOffset)
    const file = disk.openSync(files.log, 'read')
    let damage: Extract<LogStretch, { kind: 'damage' }> | undefined
    try {
      this.#bytes += file.sizeSync()
      // What a crash left of the last segment's checksums may be older than its batches.
      const areChecksumsTrusted = !isLast || isClean
      for await (const stretch of walkLog(file, (batch, position) => !areChecksumsTrusted || check.isHeadRight(batch, position))) {
        if (stretch.kind === 'damage') {
          damage = stretch
          continue
        }
        const { batch, position } = stretch
        if (damage !== undefined) this.#reportBytes(files.log, damage, batch.baseOffset)
        if (damage !== undefined) check.skipTo(position, batch.baseOffset)
        else if (batch.baseOffset > this.#nextOffset) this.#reportGap(files.log, position, batch.baseOffset)
        damage = undefined
        check.add(batch, position)
        this.#noteBatch(batch, files.log, position)
      }
    } finally {
      file.closeSync()
    }
    if (damage !== undefined) this.#reportBytes(files.log, damage, following ?? Math.max(this.#recoveryPoint, this.#nextOffset))
    else check.finish()
    for (const [path, problem] of check.problems) this.#report('rebuilt', { file: path, problem, toOffset: this.#nextOffset })
  }

  #noteBatch(batch: StoredBatch, file: string, position: number): void {
    this.#batches++
    this.#nextOffset = batch.nextOffset
    if (batch.leaderEpoch >= this.#leaderEpoch) {
      this.#leaderEpoch = batch.leaderEpoch
      return
    }
    this.#report(this.#kindAt(batch.baseOffset), {
      file,
      position,
      end: position + batch.bytes.length,
      fromOffset: batch.baseOffset,
      toOffset: batch.nextOffset,
      problem: `leader epoch ${batch.leaderEpoch} after ${this.#leaderEpoch}`,
    })
  }

  /** Bytes that are no batch, before the one of `toOffset` or at the end of their segment. */
  #reportBytes(file: string, { position, end, isInside, problem }: Extract<LogStretch, { kind: 'damage' }>, toOffset: number): void {
    const fromOffset = this.#nextOffset
    const kind = isInside ? this.#kindAt(fromOffset) : toOffset > fromOffset ? this.#kindAt(fromOffset) : 'torn tail'
    this.#report(kind, { file, position, end, fromOffset, toOffset, problem })
    this.#nextOffset = toOffset
  }

  #reportGap(file: string, position: number, toOffset: number): void {
    const fromOffset = this.#nextOffset
    this.#nextOffset = toOffset
    const problem = `offsets ${fromOffset} to ${toOffset - 1} are missing`
    this.#report(this.#kindAt(fromOffset), { file, position, fromOffset, toOffset, problem })
  }

  #checkFront(first: number | undefined): void {
    const { logStartOffset, path } = this.#options
    if (first === undefined || first <= logStartOffset || logStartOffset >= this.#recoveryPoint) return
    const problem = `the log begins at offset ${first}, but what is served begins at ${logStartOffset}`
    this.#report('damage', { file: segmentFiles(path, first).log, fromOffset: logStartOffset, toOffset: first, problem })
  }

  #checkEnd(last: number | undefined): void {
    const fromOffset = this.#nextOffset
    if (fromOffset >= this.#recoveryPoint || this.#options.logStartOffset >= this.#recoveryPoint) return
    const { disk, path } = this.#options
    const file = last === undefined ? path : segmentFiles(path, last).log
    const position = last === undefined ? 0 : (disk.statSync(file)?.size ?? 0)
    const problem = `the log ends at offset ${fromOffset}, but ${this.#recoveryPoint} was durable`
    this.#report('damage', { file, position, fromOffset, toOffset: this.#recoveryPoint, problem })
  }

  #checkSnapshots(names: readonly string[]): void {
    const { disk, path } = this.#options
    for (const name of names) {
      const offset = parseSnapshotFileName(name)
      if (offset === undefined) continue
      const file = join(path, name)
      if (decodeProducerSnapshot(readFileSync(disk, file)) !== undefined) continue
      this.#report('rebuilt', {
        file,
        fromOffset: offset,
        toOffset: offset,
        problem: 'the snapshot of the producers does not pass its CRC',
      })
    }
  }

  #checkEpochs(): void {
    const file = join(this.#options.path, LEADER_EPOCH_FILE)
    if (this.#batches === 0 || new LeaderEpochCache().loadSync(this.#options.disk, file)) return
    this.#report('rebuilt', { file, problem: 'it is missing, or no checkpoint file' })
  }

  #kindAt(offset: number): FindingKind {
    return offset < this.#recoveryPoint ? 'damage' : 'torn tail'
  }

  #report(kind: FindingKind, finding: Partial<Finding> & Pick<Finding, 'file' | 'problem'>): void {
    const { position = 0, fromOffset = 0, toOffset = 0 } = finding
    this.#findings.push({
      kind,
      file: finding.file,
      position,
      end: finding.end ?? position,
      fromOffset,
      toOffset,
      problem: finding.problem,
    })
  }
}

interface FoundSegment {
  readonly baseOffset: number
  readonly files: SegmentFiles
  readonly isSwap: boolean
}

/** The offset behind the last good batch of a log file. */
async function endOf(disk: Disk, path: string, baseOffset: number): Promise<number> {
  const file = disk.openSync(path, 'read')
  try {
    let endOffset = baseOffset
    for await (const stretch of walkLog(file)) if (stretch.kind === 'batch') endOffset = stretch.batch.nextOffset
    return endOffset
  } finally {
    file.closeSync()
  }
}
