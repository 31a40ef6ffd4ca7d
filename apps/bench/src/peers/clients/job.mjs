// One job of the benchmark with one Node client, in a process of its own. argv: the client's module, the job as JSON. The result is one line of JSON.
//
// A client's module exports `open(job)`, which gives { version, createTopic(), producer(isPaced), read(sink) }:
//   producer(isPaced)  gives { send(keys, values, from, end) }, a promise that is fulfilled when all of these records are acknowledged;
//   read(sink)         reads the topic from its beginning: sink.record(key, value) for each record with both as strings, then sink.isDone() now and then.
import { setTimeout as sleep } from 'node:timers/promises'

const chunkRecords = 1000
const pacedKeys = 997
const keyBytes = 12
const deadlineMs = 60_000
const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

const job = JSON.parse(process.argv[3])
const { open } = await import(`./${process.argv[2]}.mjs`)
const deadline = setTimeout(() => {
  console.error(`the job took longer than ${deadlineMs} ms`)
  process.exit(1)
}, deadlineMs)
const client = await open(job)
const result = await { produce, fill, consume, latency }[job.kind]()
clearTimeout(deadline)
process.stdout.write(`${JSON.stringify({ ...result, version: client.version })}\n`, () => process.exit(0))

/** Records a second, from the first send to the last acknowledgement, after a warm-up in the same process. */
async function produce() {
  await client.createTopic()
  const workload = makeWorkload(job.count, job.valueBytes)
  const producer = await client.producer(false)
  await sendAll(producer, workload, job.warmUpSeconds)
  const begun = performance.now()
  const count = await sendAll(producer, workload, job.seconds)
  return { rate: count / secondsSince(begun), count }
}

/** The backlog for `consume`. */
async function fill() {
  await client.createTopic()
  return { count: await sendAll(await client.producer(false), makeWorkload(job.count, job.valueBytes), job.seconds) }
}

/** Sends until the records or the time are used up, with at most `windowRecords` not acknowledged, and waits for every acknowledgement. */
function sendAll(producer, { keys, values }, limitSeconds) {
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    let sent = 0
    let acknowledged = 0
    let isFilling = false
    const isOver = () => sent === job.count || performance.now() - begun >= limitSeconds * 1000
    const fill = () => {
      isFilling = false
      if (isOver()) {
        if (acknowledged === sent) resolve(sent)
        return
      }
      const from = sent
      const end = Math.min(job.count, sent + chunkRecords)
      sent = end
      producer.send(keys, values, from, end).then(() => onAcknowledged(end - from), reject)
      continueFilling()
    }
    // A chunk per turn of the event loop, so that acknowledgements are read between chunks.
    const continueFilling = () => {
      if (isFilling || sent - acknowledged > job.windowRecords - chunkRecords) return
      isFilling = true
      setImmediate(fill)
    }
    const onAcknowledged = (count) => {
      acknowledged += count
      continueFilling()
    }
    fill()
  })
}

/** Records a second of a backlog; what is read first, joining a group included, is warm-up. */
async function consume() {
  const warmUpRecords = job.count / 3
  let read = 0
  let characters = 0
  let firstAt = 0
  let measuredFrom = 0
  let measuredUntil = 0
  let warmed = 0
  await client.read({
    record(key, value) {
      if (read++ === 0) firstAt = performance.now()
      characters += key.length + value.length
    },
    isDone() {
      const now = performance.now()
      if (measuredFrom === 0) {
        if (read === 0 || (read < warmUpRecords && now - firstAt < job.warmUpSeconds * 1000)) return false
        measuredFrom = now
        warmed = read
      }
      measuredUntil = now
      return read >= job.count || now - measuredFrom > job.seconds * 1000
    },
  })
  if (characters !== read * (keyBytes + job.valueBytes)) throw new Error(`read ${characters} characters of ${read} records`)
  return { rate: (read - warmed) / ((measuredUntil - measuredFrom) / 1000), count: read - warmed }
}

/** From just before the send to the record in the reader's hands, both in this process and by its clock, at `rate` records a second. */
async function latency() {
  await client.createTopic()
  const skipped = Math.round(job.rate * job.warmUpSeconds)
  const total = skipped + Math.round(job.rate * job.seconds)
  const latencies = new Float64Array(total - skipped)
  let seen = 0
  const { promise: isReady, resolve: ready } = Promise.withResolvers()
  const reading = client.read({
    record(_, value) {
      const now = performance.now()
      if (value === 'probe') return ready()
      const [sequence, sentAt] = value.split(' ', 2)
      if (Number(sequence) >= skipped) latencies[Number(sequence) - skipped] = now - Number(sentAt)
      seen++
    },
    isDone: () => seen >= total,
  })
  const producer = await client.producer(true)
  await producer.send(['probe'], ['probe'], 0, 1)
  await Promise.race([isReady, reading])
  await Promise.race([pace(producer, total), reading])
  await reading
  latencies.sort()
  return { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99), count: latencies.length }
}

/** What is due at the same time goes in one call. */
async function pace(producer, total) {
  const filler = 'x'.repeat(job.valueBytes - 28)
  const keys = Array.from({ length: total }, (_, index) => `key-${index % pacedKeys}`)
  const values = new Array(total)
  const sends = []
  const begun = performance.now()
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(secondsSince(begun) * job.rate))
    for (let index = sent; index < due; index++) values[index] = `${index} ${performance.now()} ${filler}`
    if (due > sent) sends.push(producer.send(keys, values, sent, due))
    sent = due
    await sleep(1)
  }
  await Promise.all(sends)
}

/** 12-byte keys (65,536 different ones) and distinct values, as flat one-byte strings. */
function makeWorkload(count, valueBytes) {
  const filler = Buffer.from(Array.from({ length: valueBytes }, (_, index) => alphabet.charCodeAt((index * 31) % alphabet.length)))
  const keys = new Array(count)
  const values = new Array(count)
  for (let index = 0; index < count; index++) {
    keys[index] = Buffer.from(`key-${String(Math.imul(index, 0x9e3779b1) >>> 16).padStart(8, '0')}`, 'latin1').toString('latin1')
    filler.write(String(index).padStart(10, '0'), 0, 'latin1')
    values[index] = filler.toString('latin1')
  }
  return { keys, values }
}

function secondsSince(begun) {
  return (performance.now() - begun) / 1000
}

function percentile(sorted, fraction) {
  return sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))]
}
