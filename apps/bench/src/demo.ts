// `npm run demo`: a broker of its own, generated orders in, the same orders out to a member of a group, and what is left to read on the way. Exit 0 only when all came back.
import { json, string, topic } from '@kafka-ts/client'
import { startBroker } from '@kafka-ts/testing'

interface Order {
  readonly number: number
  readonly customer: string
  readonly total: number
}

const orders = topic('orders', { key: string(), value: json<Order>() })
const count = 50_000
const reportEvery = 10_000

const broker = await startBroker()
console.log(`a broker listens on ${broker.brokers[0]}, its data is in a temporary directory`)
const kafka = broker.kafka()
await kafka.admin.createTopics([{ topic: orders, partitions: 6 }])

const begun = performance.now()
const producer = kafka.producer()
const sends = Array.from({ length: count }, (_, number) => {
  const customer = `customer-${number % 1000}`
  return producer.send(orders, { key: customer, value: { number, customer, total: (number * 37) % 500 } })
})
await Promise.all(sends)
console.log(
  `produced ${count.toLocaleString('en-US')} orders in ${(performance.now() - begun).toFixed(0)} ms, each acknowledged after an fsync`,
)
await producer.close()

const missing = new Set(Array.from({ length: count }, (_, number) => number))
const lastOfCustomer = new Map<string, number>()
let outOfOrder = 0
let read = 0
const consumer = kafka.consumer({ group: 'billing', topics: [orders], from: 'earliest' })
consumer.on('assigned', ({ partitions }) => console.log(`a member of the group "billing" reads ${partitions.length} partitions`))
for await (const { key, value } of consumer) {
  missing.delete(value.number)
  if ((lastOfCustomer.get(key as string) ?? -1) > value.number) outOfOrder++
  lastOfCustomer.set(key as string, value.number)
  if (++read % reportEvery === 0) {
    const lag = consumer.lag().reduce((sum, partition) => sum + partition.lag, 0)
    console.log(`consumed ${read.toLocaleString('en-US')}, lag ${lag.toLocaleString('en-US')}`)
  }
  if (read === count) consumer.stop()
}
await consumer.close()
await kafka.close()
await broker.close()

const isWhole = missing.size === 0 && read === count && outOfOrder === 0
console.log(
  isWhole
    ? 'every order came back once, in order per customer'
    : `${missing.size} missing, ${read - count} too many, ${outOfOrder} out of order`,
)
process.exitCode = isWhole ? 0 : 1
