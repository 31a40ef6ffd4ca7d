import { describe, expect, it } from 'vitest'
import PerfProduce from '../commands/perf/produce.ts'
import { FakeCluster } from '../testing-support/fake-cluster.ts'
import { runCommand } from '../testing-support/run-command.ts'
import { Latencies } from './latencies.ts'
import { parsePercentiles } from './perf-flags.ts'

describe('latencies', () => {
  it('keep percentiles to three figures', () => {
    const latencies = new Latencies()
    for (let ms = 1; ms <= 1000; ms++) latencies.record(ms)
    for (const percentile of [50, 90, 99, 99.9]) expect(latencies.percentile(percentile) / (percentile * 10)).toBeCloseTo(1, 2)
    expect([latencies.count, Math.round(latencies.meanMs)]).toEqual([1000, 501])
  })

  it('are 0 while there is none', () => {
    const latencies = new Latencies()
    expect([latencies.percentile(99), latencies.meanMs, latencies.maxMs]).toEqual([0, 0, 0])
  })
})

it('percentiles are numbers above 0, up to 100', () => {
  expect(parsePercentiles('50,99.99,100')).toEqual([50, 99.99, 100])
  expect(parsePercentiles('50,')).toEqual([50])
  for (const input of ['', '0', '101', 'p99']) expect(() => parsePercentiles(input), input).toThrow('--percentiles')
})

describe('perf produce', () => {
  it('keeps the rate, leaves the warm-up out, and ends with the time', async () => {
    const cluster = new FakeCluster()
    cluster.addTopic('load')
    const argv = ['load', '--rate', '100', '--duration', '3s', '--warmup', '1s', '--clients', '2', '-o', 'ndjson']
    const { stdout, exit } = await runCommand(PerfProduce, argv, { cluster, onSleep: () => undefined })
    const { records, recordsPerSecond } = JSON.parse(stdout) as { records: string; recordsPerSecond: number }
    const written = cluster.topic('load').partitions[0]?.length ?? 0
    expect(exit).toBe(0)
    expect(written).toBeGreaterThanOrEqual(298)
    expect(written).toBeLessThanOrEqual(304)
    expect(Number(records) / 200).toBeCloseTo(1, 1)
    expect(recordsPerSecond / 100).toBeCloseTo(1, 1)
  })

  it('writes exactly as many records as it was told, and none in a dry run', async () => {
    const cluster = new FakeCluster()
    cluster.addTopic('load')
    await runCommand(PerfProduce, ['load', '--records', '1234', '--dry-run'], { cluster, onSleep: () => undefined })
    expect(cluster.topic('load').partitions[0]).toHaveLength(0)
    await runCommand(PerfProduce, ['load', '--records', '1234'], { cluster, onSleep: () => undefined })
    expect(cluster.topic('load').partitions[0]).toHaveLength(1234)
  })

  it('fails with what the broker says', async () => {
    const cluster = new FakeCluster()
    cluster.addTopic('load')
    cluster.refusesAll = true
    expect((await runCommand(PerfProduce, ['load', '--records', '10'], { cluster, onSleep: () => undefined })).error).toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
    })
  })
})
