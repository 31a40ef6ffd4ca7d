import type { Producer, ProducerRecord, Topic } from '@kafka-ts/client'

// Sends without an outcome at any one time, as an application with a sliding window would allow itself. Over many partitions it is more, for
// each of them to get batches of some size.
const leastWindowRecords = 32_000
const windowRecordsPerPartition = 100

export type StringTopic = Topic<string, string, string>

/**
 * Sends every record through the public `send()`, one promise each, and resolves when all are acknowledged. A rejected one rejects it.
 * `record(i)` makes the i-th record.
 */
export function sendAll(
  producer: Producer,
  topic: StringTopic,
  options: { readonly count: number; readonly partitions: number; readonly record: (i: number) => ProducerRecord<StringTopic> },
): Promise<void> {
  const windowRecords = Math.max(leastWindowRecords, options.partitions * windowRecordsPerPartition)
  return new Promise((resolve, reject) => {
    let sent = 0
    let acknowledged = 0
    let isWaiting = false
    const onAcknowledged = () => {
      acknowledged++
      if (acknowledged === options.count) resolve()
      else if (isWaiting && sent - acknowledged <= windowRecords / 2) {
        isWaiting = false
        setImmediate(fill)
      }
    }
    const fill = () => {
      // A slice per turn of the event loop, so that acknowledgements are read between slices.
      const end = Math.min(options.count, sent + windowRecords / 20)
      while (sent < end) producer.send(topic, options.record(sent++)).then(onAcknowledged, reject)
      if (sent === options.count) return
      if (sent - acknowledged > windowRecords) isWaiting = true
      else setImmediate(fill)
    }
    fill()
  })
}
