// The SDK of this repository, through the native door: calls that take many records.
import { openSdk } from './sdk.mjs'

export function open(job) {
  return openSdk(job, (producer, topic) => (keys, values, from, end) => {
    const records = []
    for (let index = from; index < end; index++) records.push({ key: keys[index], value: values[index] })
    return producer.sendMany(topic, records)
  })
}
