import { strict as assert } from 'node:assert'

/** The offsets of a log: `logStart <= durable <= written <= logEnd`, held by the one method that changes them. */
export class LogOffsets {
  #logStart: number
  #durable: number
  #written: number
  #logEnd: number

  constructor(logStart: number, logEnd: number) {
    this.#logStart = logStart
    this.#durable = logEnd
    this.#written = logEnd
    this.#logEnd = logEnd
  }

  /** The first offset that is served. */
  get logStart(): number {
    return this.#logStart
  }

  /** Behind what survives a power cut (in `page` mode: a crash of the process). */
  get durable(): number {
    return this.#durable
  }

  /** Behind what reached the segment file. */
  get written(): number {
    return this.#written
  }

  /** Behind what has been assigned. */
  get logEnd(): number {
    return this.#logEnd
  }

  set(change: { readonly logStart?: number; readonly durable?: number; readonly written?: number; readonly logEnd?: number }): void {
    const logStart = change.logStart ?? this.#logStart
    const durable = change.durable ?? this.#durable
    const written = change.written ?? this.#written
    const logEnd = change.logEnd ?? this.#logEnd
    assert(
      logStart <= durable && durable <= written && written <= logEnd,
      `offsets out of order: start ${logStart}, durable ${durable}, written ${written}, end ${logEnd}`,
    )
    this.#logStart = logStart
    this.#durable = durable
    this.#written = written
    this.#logEnd = logEnd
  }
}
