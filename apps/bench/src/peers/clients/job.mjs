// One job of the benchmark with one Node client, in a process of its own. argv: the client's module, the job as JSON (see ../job.ts). The result is one line of JSON.
//
// A client's module exports `open(job)`, which gives { version, createTopic(), producer(isPaced), read(sink) }:
//   producer(isPaced)  gives { send(keys, values, from, end) }, a promise that is fulfilled when all of these records are acknowledged;
//   read(sink)         reads the topic from its beginning: sink.record(key, value) for each record with both as strings, then sink.isDone() now and then.
// Calling `open` again gives a client with connections of its own.
import { progress } from './progress.mjs'

const jobs = {
  produce: './jobs/produce.mjs',
  fill: './jobs/fill.mjs',
  consume: './jobs/consume.mjs',
  latency: './jobs/latency.mjs',
  awaited: './jobs/awaited.mjs',
  'catch-up': './jobs/catch-up.mjs',
  'fan-out': './jobs/fan-out.mjs',
  connections: './jobs/connections.mjs',
  'first-record': './jobs/first-record.mjs',
}

const job = JSON.parse(process.argv[3])
const { open } = await import(`./${process.argv[2]}.mjs`)
const { run } = await import(jobs[job.kind])
// Counted from the start of the process, so that a machine that is busy with something else does not let whoever started it end it first, without a word.
const deadline = setTimeout(
  () => {
    const { rss } = process.memoryUsage()
    const open = process.getActiveResourcesInfo().join(', ')
    console.error(`the job took longer than ${job.deadlineSeconds} s; ${progress()}; RSS ${Math.round(rss / 1e6)} MB; open: ${open}`)
    process.exit(1)
  },
  job.deadlineSeconds * 1000 - performance.now(),
)
const result = await run(job, open)
clearTimeout(deadline)
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0))
