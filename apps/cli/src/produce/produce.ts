import type { Producer } from '@kafka-ts/client'
import { plural } from '../output/humanize.ts'
import type { Session } from '../session.ts'
import { BadInput, type InputRecord, type RecordReader } from './input-record.ts'
import { Pacer, type RecordDefaults, RecordSender } from './record-sender.ts'

const PROGRESS_EVERY_MS = 200

/** One run of `produce`. */
export interface ProduceJob {
  readonly topic: string
  readonly producer: Producer
  /** Chunks of bytes; none when there is nothing to read. */
  readonly input: AsyncIterable<Uint8Array>
  readonly reader: RecordReader
  readonly defaults: RecordDefaults
  /** Records a second; as fast as possible without it. */
  readonly rate: number | undefined
  /** Writes every value to stdout as well. */
  readonly isTee: boolean
  /** Aborting ends the reading; what was read is still sent. */
  readonly signal: AbortSignal
}

/** Reads, sends and waits for every outcome. */
export async function produce(session: Session, job: ProduceJob): Promise<RecordSender> {
  const sender = new RecordSender(job.producer, job.topic, job.defaults)
  const pacer = job.rate === undefined ? undefined : new Pacer(session.doors, job.rate)
  const progress = new Progress(session, sender)
  const isOver = () => job.signal.aborted || sender.fatal !== undefined
  const take = async (records: Iterable<InputRecord | BadInput>) => {
    const teed: (string | Uint8Array)[] = []
    for (const record of records) {
      if (pacer !== undefined) await pacer.next(job.signal)
      if (isOver()) break
      sender.send(record)
      if (job.isTee && !(record instanceof BadInput) && record.value !== null) teed.push(record.value, '\n')
    }
    if (teed.length > 0) await writeAll(session, teed)
    progress.maybeDraw()
    await sender.room()
  }
  try {
    for await (const chunk of untilAborted(job.input, job.signal)) {
      await take(job.reader.push(chunk))
      if (isOver()) break
    }
    if (!isOver()) await take(job.reader.end())
    await job.producer.flush()
  } finally {
    progress.clear()
  }
  return sender
}

/** The same chunks, without waiting for one that may never come once the signal is aborted. */
async function* untilAborted(input: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const iterator = input[Symbol.asyncIterator]()
  const aborted = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined)
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  for (;;) {
    const next = await Promise.race([iterator.next(), aborted])
    if (next === undefined || next.done) return
    yield next.value
  }
}

async function writeAll(session: Session, parts: readonly (string | Uint8Array)[]): Promise<void> {
  const bytes = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
  const { stdout } = session.doors
  if (!stdout.write(bytes)) await new Promise((resolve) => stdout.once('drain', resolve))
}

/** The line on a terminal that shows how far it is. */
class Progress {
  readonly #session: Session
  readonly #sender: RecordSender
  readonly #startMs: number
  #drawnMs: number

  constructor(session: Session, sender: RecordSender) {
    this.#session = session
    this.#sender = sender
    this.#startMs = session.doors.now()
    this.#drawnMs = this.#startMs
  }

  maybeDraw(): void {
    const nowMs = this.#session.doors.now()
    if (!this.#session.output.canShowProgress || nowMs - this.#drawnMs < PROGRESS_EVERY_MS) return
    this.#drawnMs = nowMs
    const { acknowledged, sent } = this.#sender
    const perSecond = Math.round((acknowledged * 1000) / (nowMs - this.#startMs))
    this.#session.output.progress(
      `${plural(acknowledged, 'record')} acknowledged, ${plural(sent - acknowledged, 'record')} under way, ${plural(perSecond, 'record')}/s`,
    )
  }

  clear(): void {
    if (this.#drawnMs !== this.#startMs) this.#session.output.progress('')
  }
}
