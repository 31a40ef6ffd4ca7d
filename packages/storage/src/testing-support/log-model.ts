import { Buffer } from 'node:buffer'
import { batchBytesOf } from '@kafka-ts/protocol/records'
import type { Log } from '../log.ts'
import { isDiskFull } from '../storage-error.ts'
import { storedBatchOf } from '../stored-batch.ts'
import { batchOf, checked } from './storage-rig.ts'

interface ModelBatch {
  readonly baseOffset: number
  readonly nextOffset: number
  readonly bytes: string
}

/** What a log was told, and what it promised: the array that the log must equal. */
export class LogModel {
  batches: ModelBatch[] = []
  /** Everything below was reported durable. */
  durableOffset = 0
  logStartOffset = 0
  /** Promised to be gone after a crash, too. */
  durableLogStart = 0
  /** Nothing of what is served was safe before the last crash: a power cut may take the front of that and leave what follows. */
  mayLoseFront = false
  isRemoved = false
  #watched: Log | undefined

  /** Watches a log from now on. */
  watch(log: Log): void {
    this.unwatch()
    this.#watched = log
    log.listener = {
      onDurable: ({ durableOffset }) => {
        this.durableOffset = durableOffset
      },
      onAppendFailed: (_log, fromOffset, error) => {
        // When the directory goes offline no one knows what it holds of the rest: it may come back.
        if (isDiskFull(error)) this.cut(fromOffset)
      },
    }
  }

  /** The process is dead: what its log does yet no one hears. */
  unwatch(): void {
    if (this.#watched !== undefined) this.#watched.listener = undefined
    this.#watched = undefined
  }

  append(log: Log, values: readonly string[]): void {
    const batch = checked(batchOf(values))
    const { baseOffset, lastOffset } = log.append(batch)
    this.batches.push({ baseOffset, nextOffset: lastOffset + 1, bytes: Buffer.from(batch.batch(0)).toString('latin1') })
  }

  cut(offset: number): void {
    this.batches = this.batches.filter((batch) => batch.baseOffset < offset)
    this.durableOffset = Math.min(this.durableOffset, offset)
  }

  get logEndOffset(): number {
    return this.batches.at(-1)?.nextOffset ?? this.logStartOffset
  }

  /** After a crash: the log holds at least what was durable, as a prefix of what was appended. What was lost leaves the model. */
  async compareRecovered(log: Log | undefined): Promise<string[]> {
    if (log === undefined) return this.durableOffset > this.durableLogStart ? [`the log is gone, ${this.durableOffset} was durable`] : []
    const problems: string[] = []
    if (log.damage !== undefined) return [`damage: ${log.damage.problem}`]
    if (log.logEndOffset < this.durableOffset) problems.push(`ends at ${log.logEndOffset}, but ${this.durableOffset} was durable`)
    if (log.logStartOffset < this.durableLogStart) problems.push(`starts at ${log.logStartOffset}, but ${this.durableLogStart} was deleted`)
    if (log.logStartOffset > this.logStartOffset && !this.mayLoseFront)
      problems.push(`starts at ${log.logStartOffset}, not at ${this.logStartOffset}`)
    const found = await readAll(log)
    const kept = this.batches.filter((batch) => batch.nextOffset > log.logStartOffset && batch.nextOffset <= log.logEndOffset)
    if (found.length !== kept.length)
      problems.push(`${found.length} batches where ${kept.length} belong (${log.logStartOffset} to ${log.logEndOffset})`)
    for (const [index, batch] of found.entries()) {
      if (batch.bytes !== kept[index]?.bytes) problems.push(`the batch at offset ${batch.baseOffset} is not what was appended`)
    }
    this.batches = this.batches.filter((batch) => batch.nextOffset <= log.logEndOffset)
    this.durableOffset = log.durableOffset
    this.logStartOffset = log.logStartOffset
    this.durableLogStart = log.logStartOffset
    this.mayLoseFront = false
    return problems
  }
}

/** Every batch of a log from its start, read in small steps. */
export async function readAll(log: Log, maxBytes = 1500): Promise<ModelBatch[]> {
  const batches: ModelBatch[] = []
  for (let offset = log.logStartOffset; offset < log.durableOffset; ) {
    const slice = await log.read({ offset, maxBytes, limitOffset: log.durableOffset, atLeastOne: true })
    if (slice.bytes === 0) throw new Error(`nothing at offset ${offset} of ${log.durableOffset}`)
    for (const buffer of slice.buffers) batches.push(...batchesIn(buffer))
    offset = slice.nextOffset
  }
  return batches
}

function batchesIn(buffer: Uint8Array): ModelBatch[] {
  const batches: ModelBatch[] = []
  for (let at = 0; at < buffer.length; ) {
    const bytes = buffer.subarray(at, at + batchBytesOf(buffer, at))
    const { baseOffset, nextOffset } = storedBatchOf(bytes)
    batches.push({ baseOffset, nextOffset, bytes: Buffer.from(bytes).toString('latin1') })
    at += bytes.length
  }
  return batches
}
