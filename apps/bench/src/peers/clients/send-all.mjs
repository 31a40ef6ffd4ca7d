import { count } from './progress.mjs'
import { secondsSince } from './time.mjs'

/**
 * Sends until the time is used up, from the beginning again when there are no more records, or until `limitRecords`; with at most `windowRecords` not
 * acknowledged, and waits for every acknowledgement. Resolves with how many it were.
 */
export function sendAll(producer, job, { keys, values }, { limitSeconds, limitRecords = Number.POSITIVE_INFINITY }) {
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    let sent = 0
    let acknowledged = 0
    let isFilling = false
    const isOver = () => sent >= limitRecords || secondsSince(begun) >= limitSeconds
    const fill = () => {
      isFilling = false
      if (isOver()) {
        if (acknowledged === sent) resolve(sent)
        return
      }
      const from = sent % keys.length
      const end = Math.min(keys.length, from + job.callRecords, from + limitRecords - sent)
      sent += end - from
      count('sent', sent)
      producer.send(keys, values, from, end).then(() => onAcknowledged(end - from), reject)
      continueFilling()
    }
    // A call per turn of the event loop, so that acknowledgements are read between calls.
    const continueFilling = () => {
      if (isFilling || sent - acknowledged > job.windowRecords - job.callRecords) return
      isFilling = true
      setImmediate(fill)
    }
    const onAcknowledged = (records) => {
      acknowledged += records
      count('acknowledged', acknowledged)
      continueFilling()
    }
    fill()
  })
}
