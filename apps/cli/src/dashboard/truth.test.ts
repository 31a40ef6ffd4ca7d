import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka } from '@kafka-ts/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Dashboard } from './dashboard.ts'
import { AdminReader } from './model/admin-reader.ts'
import { drawFrame } from './screens/frame.ts'
import { BuiltBroker } from './testing-support/built-broker.ts'
import { startTestDashboard } from './testing-support/test-dashboard.ts'
import { glyphsOf } from './view/glyphs.ts'
import { painterOf } from './view/theme.ts'

/** The cells of a row of the list of groups at 160 columns, by their headers. */
function cellsOf(lines: readonly string[], name: string): Record<string, string> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: sequences begin with one
  const plain = lines.map((line) => line.replaceAll(/\u001b\[[0-9;]*m/g, ''))
  const row = plain.find((line) => line.slice(2).startsWith(`${name} `)) ?? ''
  const [, lag, , , time, delta, inRate, outRate, eta] =
    /^.{2}\S+ +\S \S+ +\d+ +\d+ +\d+ +(\S+) (\S+) (\S+) +(\S+) +(\S+) +(\S+) +(\S+) +(\S+) /.exec(row) ?? []
  return { lag: lag ?? '', time: time ?? '', delta: delta ?? '', in: inRate ?? '', out: outRate ?? '', eta: eta ?? '' }
}

/** `142,031`, `+320`, `1.52K`, `2m49s`, `>12s` as a number; times in seconds. */
function numberOf(cell: string): number {
  const time = /^>?(?:(\d+)m)?(?:(\d+)s)?$/.exec(cell)
  if (time !== null && cell !== '') return Number(time[1] ?? 0) * 60 + Number(time[2] ?? 0)
  return Number(cell.replaceAll(',', '').replace('+', ''))
}

const size = { columns: 160, rows: 30 }
const look = { glyphs: glyphsOf(false), paint: painterOf({ theme: 'mono', hasColor: false, badgeColor: undefined }) }

/** A producer and a consumer, in records a second; the consumer begins after REST_SECONDS. */
interface Script {
  readonly topic: string
  /** Written before anything is watched. */
  readonly backlog: number
  readonly inRate: number
  readonly outRate: number
}

const groups: ReadonlyMap<string, Script> = new Map([
  ['slower', { topic: 'busy', backlog: 0, inRate: 2000, outRate: 1000 }],
  ['faster', { topic: 'late', backlog: 80_000, inRate: 1000, outRate: 5000 }],
])
const REST_SECONDS = 6
const READ_SECONDS = 9

describe('what is on the screen', () => {
  it('is what a scripted producer and a scripted consumer do', async () => {
    const test = await startTestDashboard({ size })
    // orders: 1,500 a second in, 2,400 a second out, 120,000 behind at the start, commits every 4 s.
    await test.press('h')
    await test.clock.advance(80_000)
    const shown = cellsOf(test.frame(), 'orders-projector')
    const lag = 120_000 + 1500 * 80 - 2400 * 80
    expect(numberOf(shown['lag']!)).toBe(lag)
    const expected = { in: 1500, out: 2400, delta: -900, eta: lag / 900, time: lag / 1500 }
    for (const [cell, value] of Object.entries(expected)) {
      const number = numberOf(shown[cell]!)
      expect(Math.abs(number - value), `${cell}: ${shown[cell]} for ${value}`).toBeLessThanOrEqual(Math.abs(value) * 0.1)
    }
    await test.end()
  })
})

describe('what is on the screen of a real broker', () => {
  const home = mkdtempSync(join(tmpdir(), 'kafka-ts-truth-'))
  const broker = new BuiltBroker(home)
  let kafka: Kafka

  beforeAll(async () => {
    await broker.start()
    kafka = new Kafka({ brokers: [broker.address] })
    await kafka.admin.createTopics([...groups.values()].map(({ topic }) => ({ topic, partitions: 2 })))
  })

  afterAll(async () => {
    await kafka?.close()
    await broker.kill()
    rmSync(home, { recursive: true, force: true })
  })

  it('is within 10 % of what producers and consumers do', async () => {
    const producer = kafka.producer()
    const written = new Map<string, number>()
    const writeTo = (topic: string, count: number) => {
      for (let next = written.get(topic) ?? 0; next < count; next++) void producer.send(topic, { partition: next % 2, value: 'x' })
      written.set(topic, Math.max(count, written.get(topic) ?? 0))
    }
    const commit = (groupId: string, { topic }: Script, count: number) =>
      kafka.admin.commitGroupOffsets(
        groupId,
        [0, 1].map((partition) => ({ topic, partition, offset: Math.floor(count / 2) })),
      )
    for (const { topic, backlog } of groups.values()) writeTo(topic, backlog)
    await producer.flush()

    const dashboard = watchedBy(kafka)
    const ended = dashboard.run()
    dashboard.press({ name: 'text', text: 'h' })
    const startedMs = Date.now()
    const secondsAt = (ms: number) => (ms - startedMs) / 1000
    const now = () => secondsAt(Date.now())
    while (now() < REST_SECONDS + READ_SECONDS) {
      for (const { topic, backlog, inRate } of groups.values()) writeTo(topic, backlog + Math.floor(now() * inRate))
      await producer.flush()
      if (now() >= REST_SECONDS) {
        await Promise.all(
          [...groups].map(([groupId, script]) => commit(groupId, script, Math.floor((now() - REST_SECONDS) * script.outRate))),
        )
      }
      await sleep(10)
    }
    const state = dashboard.state()
    dashboard.quit()
    await ended
    const lines = drawFrame(state, look)
    const seconds = secondsAt(state.health.lastGoodMs ?? 0)
    for (const [groupId, script] of groups) expectTruth({ groupId, script, seconds, shown: cellsOf(lines, groupId) })
  })
})

function watchedBy(kafka: Kafka): Dashboard {
  return new Dashboard({
    reader: new AdminReader(kafka, 5000),
    clock: {
      now: () => Date.now(),
      elapsedMs: () => performance.now(),
      sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
    },
    outside: { copy: () => undefined, writeFile: async (name) => name },
    facts: { clusterName: 'truth', canWrite: false, historyMs: 120_000, groupPattern: undefined },
    refreshMs: 500,
    view: 'groups',
    isIssuesOnly: false,
    size,
  })
}

interface Shown {
  readonly groupId: string
  readonly script: Script
  readonly seconds: number
  readonly shown: Record<string, string>
}

function expectTruth({ groupId, script: { backlog, inRate, outRate }, seconds, shown }: Shown): void {
  const isNear = (cell: string, value: number, roundedBy = 0) => {
    const number = numberOf(shown[cell] ?? '') + roundedBy / 2
    const mostOff = Math.abs(value) * 0.1 + roundedBy / 2
    expect(Math.abs(number - value), `${groupId} ${cell}: ${shown[cell]} for ${value.toFixed(1)}`).toBeLessThanOrEqual(mostOff)
  }
  const lag = backlog + seconds * inRate - (seconds - REST_SECONDS) * outRate
  isNear('lag', lag)
  isNear('in', inRate)
  isNear('out', outRate)
  isNear('delta', inRate - outRate)
  // Times are shown in whole seconds, rounded down. When the backlog was written is known to nobody.
  if (backlog === 0) isNear('time', lag / inRate, 1)
  if (outRate < inRate) expect(shown['eta']).toBe('never')
  else isNear('eta', lag / (outRate - inRate), 1)
}
