/** Sequence numbers go from 0 to 2^31 - 1 and then begin again (`DefaultRecordBatch.incrementSequence` in Kafka). */
const LARGEST_SEQUENCE = 2 ** 31 - 1
/** Two sequences further apart than this are taken to be the other way round, over the wrap. */
const HALF_RANGE = 2 ** 30

/** The sequence `count` records after `sequence`; `count` may be negative. */
export function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) & LARGEST_SEQUENCE
}

/** How many records `to` is behind `from`: negative when it lies before it. */
export function sequenceDistance(from: number, to: number): number {
  const distance = (to - from) & LARGEST_SEQUENCE
  return distance < HALF_RANGE ? distance : distance - LARGEST_SEQUENCE - 1
}
