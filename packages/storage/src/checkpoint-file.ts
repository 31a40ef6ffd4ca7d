import type { Disk } from '@kafka-ts/io'
import { readTextFileSync, writeFileAtomically } from './atomic-file.ts'
import { StorageError } from './storage-error.ts'

const FORMAT_VERSION = 0

/**
 * Rows of fields in Kafka's text layout: the version, the number of rows, then a row a line with a blank between fields.
 * The count tells a file cut short from a whole one.
 */
export function formatCheckpoint(rows: readonly string[]): string {
  return `${FORMAT_VERSION}\n${rows.length}\n${rows.map((row) => `${row}\n`).join('')}`
}

/** The rows, each split at its blanks; undefined when the text is not a whole checkpoint of this version. */
export function parseCheckpoint(text: string): string[][] | undefined {
  const lines = text.split('\n')
  if (lines[0] !== String(FORMAT_VERSION) || lines[1] === undefined || !/^\d+$/.test(lines[1])) return undefined
  const count = Number(lines[1])
  // Each row ends with a newline, so a whole file leaves one empty piece behind the last.
  if (lines.length !== count + 3 || lines[count + 2] !== '') return undefined
  return lines.slice(2, 2 + count).map((line) => line.split(' '))
}

/** An offset for each of many logs, by the name of the log's directory: `recovery-point-offset-checkpoint` and its like. */
export class OffsetCheckpointFile {
  readonly #disk: Disk
  readonly #path: string
  readonly #remedy: string

  /** `remedy`: what helps, other than to restore the file, when it is damaged. */
  constructor(disk: Disk, options: { readonly path: string; readonly remedy: string }) {
    this.#disk = disk
    this.#path = options.path
    this.#remedy = options.remedy
  }

  /** Durable when it resolves. */
  write(offsets: Iterable<OffsetCheckpoint>): Promise<void> {
    const rows: string[] = []
    for (const { topic, partition, offset } of offsets) rows.push(`${topic} ${partition} ${offset}`)
    return writeFileAtomically(this.#disk, this.#path, formatCheckpoint(rows))
  }

  /** Offsets by `<topic>-<partition>`; empty when there is no file. Throws `StorageError` `CORRUPT`: it is written atomically. */
  readSync(): Map<string, OffsetCheckpoint> {
    const offsets = new Map<string, OffsetCheckpoint>()
    const text = readTextFileSync(this.#disk, this.#path)
    if (text === undefined) return offsets
    for (const row of parseCheckpoint(text) ?? this.#refuse()) {
      const [topic, partition, offset] = row
      if (row.length !== 3 || !isCount(partition) || !isCount(offset)) this.#refuse()
      offsets.set(`${topic}-${partition}`, { topic: topic!, partition: Number(partition), offset: Number(offset) })
    }
    return offsets
  }

  #refuse(): never {
    throw new StorageError('CORRUPT', `${this.#path} is damaged: it is not a checkpoint file. Restore it, or ${this.#remedy}.`)
  }
}

/** One row of an `OffsetCheckpointFile`. */
export interface OffsetCheckpoint {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

function isCount(text: string | undefined): boolean {
  return text !== undefined && /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text))
}
