// The SDK of this repository, through the native door: a call and a promise a record.
import { eachRecord } from './each-record.mjs'
import { openSdk } from './sdk.mjs'

export function open(job) {
  return openSdk(
    job,
    (producer, topic) => (keys, values, from, end) =>
      eachRecord(from, end, (index) => producer.send(topic, { key: keys[index], value: values[index] })),
  )
}
