import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { CheckedBatches, checkBatches } from './append-validator.ts'
import type { Log } from './log.ts'
import type { LogConfig } from './log-config.ts'
import { MAX_PRODUCERS, ProducerState } from './producer-state.ts'
import { batchOf, checked, DATA_PATH, type RigOptions, StorageRig, TEST_CONFIG, testId } from './testing-support/storage-rig.ts'

const LARGEST_SEQUENCE = 2 ** 31 - 1
const NOW_MS = Date.UTC(2024, 0, 1)

/** `counts` are the records of consecutive batches, which come in one append. */
function batchesOf(baseSequence: number, counts: number | readonly number[], { producerId = 7, producerEpoch = 0 } = {}): CheckedBatches {
  const buffers: Uint8Array[] = []
  let sequence = baseSequence
  for (const count of typeof counts === 'number' ? [counts] : counts) {
    const values = Array.from({ length: count }, (_, index) => `${sequence}+${index}`)
    buffers.push(batchOf(values, NOW_MS, { producerId, producerEpoch, baseSequence: sequence }))
    sequence = (sequence + count) % 2 ** 31
  }
  return checked(Uint8Array.from(Buffer.concat(buffers)))
}

async function openLog(options: RigOptions = {}) {
  const rig = new StorageRig(options)
  const directory = await rig.settle(rig.open())
  return { rig, directory, log: directory.createLog(testId('orders'), rig.config) }
}

async function durable(rig: StorageRig, log: Log): Promise<void> {
  await rig.scheduler.run(() => log.durableOffset === log.logEndOffset)
}

function snapshotsOf(rig: StorageRig): string[] {
  const directory = `${DATA_PATH}/orders-0`
  const names = rig.disk.listSync(directory).filter((name) => name.endsWith('.snapshot'))
  return names.sort().map((name) => `${directory}/${name}`)
}

async function reopen(rig: StorageRig): Promise<Log> {
  const directory = await rig.settle(rig.open())
  return directory.log(testId('orders').topicId, 0) as Log
}

function codeOf(log: Log, batches: CheckedBatches): string | undefined {
  const verdict = log.checkSequences(batches)
  return verdict !== undefined && 'code' in verdict ? verdict.code : undefined
}

/** Appends batches that must be the next ones. */
function append(log: Log, batches: CheckedBatches): number {
  expect(log.checkSequences(batches)).toBeUndefined()
  return log.append(batches).baseOffset
}

describe('sequences of an idempotent producer', () => {
  it('that follow one another are appended', async () => {
    const { log } = await openLog()
    expect(append(log, batchesOf(0, 3))).toBe(0)
    expect(append(log, batchesOf(3, 2))).toBe(3)
    expect(append(log, batchesOf(5, [1, 4]))).toBe(5)
    expect(append(log, batchesOf(10, 1))).toBe(10)
  })

  it('that come again are found, with the offset they got', async () => {
    const { log } = await openLog()
    append(log, batchesOf(0, 3))
    append(log, batchesOf(0, 2, { producerId: 8 }))
    append(log, batchesOf(3, [2, 2]))
    expect(log.checkSequences(batchesOf(3, [2, 2]))).toEqual({ baseOffset: 5, lastOffset: 8, logAppendTimeMs: -1 })
    expect(log.checkSequences(batchesOf(5, 2))).toEqual({ baseOffset: 7, lastOffset: 8, logAppendTimeMs: -1 })
    expect(log.checkSequences(batchesOf(0, 3))).toEqual({ baseOffset: 0, lastOffset: 2, logAppendTimeMs: -1 })
    expect(log.checkSequences(batchesOf(0, 2, { producerId: 8 }))).toEqual({ baseOffset: 3, lastOffset: 4, logAppendTimeMs: -1 })
  })

  it('that come again with their log append time are found with that time', async () => {
    const config: Partial<LogConfig> = { messageTimestampType: 'LogAppendTime' }
    const { rig, log } = await openLog({ config })
    const { logAppendTimeMs } = log.append(batchesOf(0, 1))
    await rig.scheduler.runFor(500)
    const later = log.append(batchesOf(1, 1)).logAppendTimeMs
    expect(later).toBeGreaterThan(logAppendTimeMs)
    expect(log.checkSequences(batchesOf(0, 1))).toEqual({ baseOffset: 0, lastOffset: 0, logAppendTimeMs })
    expect(log.checkSequences(batchesOf(1, 1))).toEqual({ baseOffset: 1, lastOffset: 1, logAppendTimeMs: later })
  })

  it('are found for the five newest appends whatever other producers wrote between, and older ones are known to be written', async () => {
    const { rig, log } = await openLog()
    for (let sequence = 0; sequence < 8; sequence++) {
      append(log, batchesOf(sequence, 1))
      log.append(checked(batchOf(['of nobody'])))
      await durable(rig, log)
    }
    for (let sequence = 3; sequence < 8; sequence++)
      expect(log.checkSequences(batchesOf(sequence, 1))).toMatchObject({ baseOffset: sequence * 2 })
    for (let sequence = 0; sequence < 2; sequence++) expect(codeOf(log, batchesOf(sequence, 1))).toBe('DUPLICATE_SEQUENCE_NUMBER')
  })

  it('must not leave a gap', async () => {
    const { log } = await openLog()
    append(log, batchesOf(0, 3))
    expect(codeOf(log, batchesOf(4, 1))).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
    expect(codeOf(log, batchesOf(2, 2))).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
    expect(log.checkSequences(batchesOf(3, 1))).toBeUndefined()
  })

  it('must not leave a gap within one append either', () => {
    const bytes = Buffer.concat([0, 2].map((baseSequence) => batchOf(['one'], NOW_MS, { producerId: 7, producerEpoch: 0, baseSequence })))
    expect(checkBatches(bytes, { config: TEST_CONFIG, nowMs: NOW_MS })).toMatchObject({ code: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
  })

  it('of which a part is written are to come one batch at a time', async () => {
    const { log } = await openLog()
    append(log, batchesOf(0, 1))
    append(log, batchesOf(0, 1, { producerId: 8 }))
    append(log, batchesOf(1, 1))
    expect(codeOf(log, batchesOf(1, [1, 1]))).toBe('DUPLICATE_SEQUENCE_NUMBER')
    expect(codeOf(log, batchesOf(0, [1, 1]))).toBe('DUPLICATE_SEQUENCE_NUMBER')
    expect(log.logEndOffset).toBe(3)
  })

  it('begin again at 0 after 2^31 - 1, also within a batch', async () => {
    const { rig, log } = await openLog()
    append(log, batchesOf(LARGEST_SEQUENCE - 3, 2))
    append(log, batchesOf(LARGEST_SEQUENCE - 1, 4))
    append(log, batchesOf(2, 1))
    expect(log.checkSequences(batchesOf(LARGEST_SEQUENCE - 1, 4))).toMatchObject({ baseOffset: 2 })
    await durable(rig, log)
    rig.kill()
    const again = await reopen(rig)
    expect(again.checkSequences(batchesOf(LARGEST_SEQUENCE - 1, 4))).toMatchObject({ baseOffset: 2 })
    expect(again.checkSequences(batchesOf(3, 1))).toBeUndefined()
  })

  it('may begin anywhere for a producer of which nothing is known', async () => {
    const { log } = await openLog()
    append(log, batchesOf(41, 1))
    expect(log.checkSequences(batchesOf(42, 1))).toBeUndefined()
    // It is not known whether these were ever written: to say so would lose them.
    expect(codeOf(log, batchesOf(40, 1))).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
  })
})

describe('epochs of an idempotent producer', () => {
  it('begin at sequence 0, and shut out what is older', async () => {
    const { log } = await openLog()
    append(log, batchesOf(0, 2))
    expect(codeOf(log, batchesOf(2, 1, { producerEpoch: 1 }))).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
    append(log, batchesOf(0, 1, { producerEpoch: 1 }))
    expect(codeOf(log, batchesOf(2, 1))).toBe('INVALID_PRODUCER_EPOCH')
    expect(codeOf(log, batchesOf(0, 2))).toBe('INVALID_PRODUCER_EPOCH')
    expect(log.checkSequences(batchesOf(0, 1, { producerEpoch: 1 }))).toMatchObject({ baseOffset: 2 })
  })

  it('that were taken back are forgotten: the one before holds again', async () => {
    const { rig, log } = await openLog()
    append(log, batchesOf(0, 2))
    await durable(rig, log)
    append(log, batchesOf(0, 1, { producerEpoch: 1 }))
    await durable(rig, log)
    await rig.settle(log.truncateTo(2))
    expect(log.checkSequences(batchesOf(2, 1))).toBeUndefined()
    expect(log.checkSequences(batchesOf(0, 2))).toMatchObject({ baseOffset: 0 })
  })
})

describe('what a batch says of its producer', () => {
  const problemOf = (bytes: Uint8Array): string | undefined => {
    const result = checkBatches(bytes, { config: TEST_CONFIG, nowMs: NOW_MS })
    return result instanceof CheckedBatches ? undefined : result.code
  }

  it('is refused without an epoch or a sequence', () => {
    expect(problemOf(batchOf(['a'], NOW_MS, { producerId: 7, producerEpoch: 0 }))).toBe('INVALID_RECORD')
    expect(problemOf(batchOf(['a'], NOW_MS, { producerId: 7, baseSequence: 0 }))).toBe('INVALID_RECORD')
  })

  it('must be the same for all batches of an append', () => {
    const mine = batchOf(['a'], NOW_MS, { producerId: 7, producerEpoch: 0, baseSequence: 0 })
    const others = [
      batchOf(['b']),
      batchOf(['b'], NOW_MS, { producerId: 8, producerEpoch: 0, baseSequence: 1 }),
      batchOf(['b'], NOW_MS, { producerId: 7, producerEpoch: 1, baseSequence: 1 }),
    ]
    for (const other of others) {
      expect(problemOf(Buffer.concat([mine, other]))).toBe('INVALID_RECORD')
      expect(problemOf(Buffer.concat([other, mine]))).toBe('INVALID_RECORD')
    }
  })

  it('does not let transactions in', () => {
    const fields = { producerId: 7, producerEpoch: 0, baseSequence: 0, isTransactional: true }
    expect(problemOf(batchOf(['a'], NOW_MS, fields))).toBe('INVALID_RECORD')
  })
})

describe('an append that fails', () => {
  it('leaves the producer as it was, with all that is to be recognised', async () => {
    const { rig, log } = await openLog()
    for (let sequence = 0; sequence < 5; sequence++) {
      append(log, batchesOf(sequence, 1))
      append(log, batchesOf(sequence, 1, { producerId: 8 }))
    }
    await durable(rig, log)
    const failed: number[] = []
    log.listener = { onDurable() {}, onAppendFailed: (_log, fromOffset) => failed.push(fromOffset) }
    rig.disk.faults.add({ operation: 'write', code: 'ENOSPC' })
    for (let sequence = 5; sequence < 12; sequence++) {
      append(log, batchesOf(sequence, 1))
      append(log, batchesOf(sequence, 1, { producerId: 8 }))
    }
    await rig.scheduler.run(() => failed.length > 0)
    expect(failed).toEqual([10])
    for (let sequence = 0; sequence < 5; sequence++)
      expect(log.checkSequences(batchesOf(sequence, 1))).toMatchObject({ baseOffset: sequence * 2 })
    expect(codeOf(log, batchesOf(6, 1))).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
    expect(append(log, batchesOf(5, 1))).toBe(10)
  })
})

describe('producers that go', () => {
  it('are remembered though retention deleted all they wrote, also over a restart', async () => {
    const { rig, log } = await openLog({ config: { retentionBytes: 0 } })
    append(log, batchesOf(0, 3))
    await durable(rig, log)
    await rig.settle(log.applyRetention(rig.clock.now()))
    expect(log.logStartOffset).toBe(3)
    expect(log.checkSequences(batchesOf(0, 3))).toMatchObject({ baseOffset: 0 })
    rig.crash()
    const again = await reopen(rig)
    expect(again.checkSequences(batchesOf(0, 3))).toMatchObject({ baseOffset: 0 })
    expect(codeOf(again, batchesOf(5, 1))).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
  })

  it('are forgotten once they have appended nothing for long enough, counted over restarts, whatever the wall clock says', async () => {
    const rig = new StorageRig({ directory: { producerIdExpirationMs: 10_000 } })
    const directory = await rig.settle(rig.open())
    const log = directory.createLog(testId('orders'), rig.config)
    append(log, batchesOf(0, 1))
    append(log, batchesOf(0, 1, { producerId: 8 }))
    await rig.scheduler.runFor(6_000)
    append(log, batchesOf(1, 1, { producerId: 8 }))
    expect(log.forgetIdleProducers()).toBe(0)
    await rig.settle(directory.close())
    const again = await reopen(rig)
    await rig.scheduler.runFor(3_500)
    expect(again.forgetIdleProducers()).toBe(0)
    await rig.scheduler.runFor(500)
    expect(again.forgetIdleProducers()).toBe(1)
    expect(again.checkSequences(batchesOf(77, 1))).toBeUndefined()
    expect(codeOf(again, batchesOf(77, 1, { producerId: 8 }))).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
  })

  it('are bounded in number: the one idle longest is forgotten first', () => {
    const state = new ProducerState()
    const at = { durableOffset: 0, nowMs: 0 }
    const batch = { producerEpoch: 0, baseSequence: 0, timestamp: 0, logAppendTimeMs: -1 }
    for (let producerId = 0; producerId < MAX_PRODUCERS; producerId++) {
      state.replay({ ...batch, producerId, baseOffset: producerId, nextOffset: producerId + 1 }, at)
    }
    const next = MAX_PRODUCERS
    state.replay({ ...batch, producerId: 0, baseSequence: 1, baseOffset: next, nextOffset: next + 1 }, at)
    state.replay({ ...batch, producerId: next, baseOffset: next + 1, nextOffset: next + 2 }, at)
    expect(state.size).toBe(MAX_PRODUCERS)
    expect(state.get(0)?.lastSequence).toBe(1)
    expect(state.get(1)).toBeUndefined()
  })
})

describe('a start', () => {
  it('after a clean stop knows the five newest appends from the snapshot', async () => {
    const { rig, directory, log } = await openLog()
    for (let sequence = 0; sequence < 8; sequence++) {
      append(log, batchesOf(sequence, 1))
      append(log, batchesOf(sequence, 1, { producerId: 8 }))
      await durable(rig, log)
    }
    await rig.settle(directory.close())
    const again = await reopen(rig)
    for (let sequence = 3; sequence < 8; sequence++)
      expect(again.checkSequences(batchesOf(sequence, 1))).toMatchObject({ baseOffset: sequence * 2 })
    expect(codeOf(again, batchesOf(0, 1))).toBe('DUPLICATE_SEQUENCE_NUMBER')
    expect(again.checkSequences(batchesOf(8, 1))).toBeUndefined()
  })

  it('without any snapshot reads the log', async () => {
    const { rig, directory, log } = await openLog({ config: { segmentBytes: 300 } })
    for (let sequence = 0; sequence < 12; sequence++) append(log, batchesOf(sequence, 1))
    await durable(rig, log)
    await rig.settle(directory.close())
    expect(snapshotsOf(rig).length).toBeGreaterThan(1)
    for (const path of snapshotsOf(rig)) rig.disk.removeSync(path)
    const again = await reopen(rig)
    expect(again.checkSequences(batchesOf(11, 1))).toMatchObject({ baseOffset: 11 })
    expect(again.checkSequences(batchesOf(0, 1))).toMatchObject({ baseOffset: 0 })
    expect(codeOf(again, batchesOf(13, 1))).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
  })

  it('goes back to an older snapshot when the newest is damaged', async () => {
    const { rig, directory, log } = await openLog({ config: { segmentBytes: 300 } })
    for (let sequence = 0; sequence < 12; sequence++) append(log, batchesOf(sequence, 1))
    await durable(rig, log)
    await rig.settle(directory.close())
    const file = rig.disk.openSync(snapshotsOf(rig).at(-1) as string, 'readWrite')
    file.writeSync([Uint8Array.of(0xff)], 20)
    file.closeSync()
    const again = await reopen(rig)
    expect(again.checkSequences(batchesOf(11, 1))).toMatchObject({ baseOffset: 11 })
    expect(again.checkSequences(batchesOf(12, 1))).toBeUndefined()
  })

  it('keeps a snapshot for each segment and the newest one, and deletes them with their segments', async () => {
    const { rig, directory, log } = await openLog({ config: { segmentBytes: 300 } })
    for (let sequence = 0; sequence < 12; sequence++) {
      append(log, batchesOf(sequence, 1))
      await durable(rig, log)
      await rig.settle(log.flush({ isComplete: true }))
    }
    const offsets = (): number[] => snapshotsOf(rig).map((path) => Number(path.slice(-29, -9)))
    const segments = (): number[] => log.internals.storage.segments.map(({ baseOffset }) => baseOffset)
    expect(segments().length).toBeGreaterThan(3)
    expect(offsets()).toEqual([...segments().slice(1), 12])
    await rig.settle(log.deleteRecordsBefore(9))
    expect(offsets()).toEqual([...segments(), 12])
    await rig.settle(directory.close())
  })
})
