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
import { ctrl } from './ui/key-press.ts'
import type { DashboardState } from './ui/state.ts'
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

  it('is within 10 % of what producers and consumers did', async () => {
    const producer = kafka.producer()
    const written = new Map([...groups.values()].map(({ topic }) => [topic, new Ledger()]))
    const committed = new Map([...groups.keys()].map((groupId) => [groupId, new Ledger()]))
    const writeTo = async (counts: ReadonlyMap<string, number>) => {
      for (const [topic, count] of counts)
        for (let next = written.get(topic)!.last; next < count; next++) void producer.send(topic, { partition: next % 2, value: 'x' })
      await producer.flush()
      for (const [topic, count] of counts) written.get(topic)!.note(count)
    }
    const commitTo = async (groupId: string, { topic }: Script, count: number) => {
      const offsets = [0, 1].map((partition) => ({ topic, partition, offset: Math.floor(count / 2) }))
      await kafka.admin.commitGroupOffsets(groupId, offsets)
      committed.get(groupId)!.note(count)
    }
    const wanted = (seconds: number) =>
      new Map([...groups.values()].map(({ topic, backlog, inRate }) => [topic, backlog + Math.floor(seconds * inRate)]))
    await writeTo(wanted(0))

    const dashboard = watchedBy(kafka)
    const ended = dashboard.run()
    dashboard.press({ name: 'text', text: 'h' })
    const startedMs = Date.now()
    const now = () => (Date.now() - startedMs) / 1000
    while (now() < REST_SECONDS + READ_SECONDS) {
      await writeTo(wanted(now()))
      const read = now() - REST_SECONDS
      if (read >= 0) await Promise.all([...groups].map(([groupId, script]) => commitTo(groupId, script, Math.floor(read * script.outRate))))
      await sleep(10)
    }
    // Nothing moves any more: the next poll sees exactly what was done.
    const doneMs = Date.now()
    dashboard.press(ctrl('r'))
    const state = await stateAfter(dashboard, doneMs)
    dashboard.quit()
    await ended
    const lines = drawFrame(state, look)
    for (const [groupId, { topic, backlog }] of groups) {
      const ledgers = { written: written.get(topic)!, committed: committed.get(groupId)! }
      expectTruth({ groupId, hasBacklog: backlog > 0, ...ledgers, nowMs: state.health.lastGoodMs ?? 0, shown: cellsOf(lines, groupId) })
    }
  })
})

/** What was done and when: a machine that is busy does it later than it was asked to. */
class Ledger {
  readonly #entries: { readonly ms: number; readonly count: number }[] = []

  get last(): number {
    return this.#entries.at(-1)?.count ?? 0
  }

  note(count: number): void {
    this.#entries.push({ ms: Date.now(), count })
  }

  /** The time of the first entry. */
  get firstMs(): number {
    return this.#entries[0]?.ms ?? Number.NaN
  }

  /** Records a second since a time. */
  rateSince(ms: number, untilMs: number): number {
    const first = this.#entries.findLast((entry) => entry.ms <= ms) ?? this.#entries[0]!
    return ((this.last - first.count) / (untilMs - first.ms)) * 1000
  }

  /** When the count passed this one. */
  passedMs(count: number): number {
    const next = this.#entries.findIndex((entry) => entry.count > count)
    const [from, to] = [this.#entries[next - 1]!, this.#entries[next]!]
    return from.ms + ((count - from.count) / (to.count - from.count)) * (to.ms - from.ms)
  }
}

/** The state after the first poll that began after a time. */
function stateAfter(dashboard: Dashboard, ms: number): Promise<DashboardState> {
  return new Promise((resolve) => {
    let before: number | undefined
    const stop = dashboard.subscribe(() => {
      const state = dashboard.state()
      const good = state.health.lastGoodMs ?? 0
      // The first poll that ends may have begun before.
      if (good <= ms) return
      before ??= good
      if (good === before) return
      stop()
      resolve(state)
    })
  })
}

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

interface Truth {
  readonly groupId: string
  readonly hasBacklog: boolean
  readonly written: Ledger
  readonly committed: Ledger
  readonly nowMs: number
  readonly shown: Record<string, string>
}

function expectTruth({ groupId, hasBacklog, written, committed, nowMs, shown }: Truth): void {
  const isNear = (cell: string, value: number, roundedBy = 0) => {
    const number = numberOf(shown[cell] ?? '') + roundedBy / 2
    const mostOff = Math.abs(value) * 0.1 + roundedBy / 2
    expect(Math.abs(number - value), `${groupId} ${cell}: ${shown[cell]} for ${value.toFixed(1)}`).toBeLessThanOrEqual(mostOff)
  }
  const lag = written.last - committed.last
  // A group is watched from its first commit on.
  const inRate = written.rateSince(committed.firstMs, nowMs)
  const outRate = committed.rateSince(committed.firstMs, nowMs)
  isNear('lag', lag)
  isNear('in', inRate)
  isNear('out', outRate)
  isNear('delta', inRate - outRate)
  // Times are shown in whole seconds, rounded down. When the backlog was written is known to nobody.
  if (!hasBacklog) isNear('time', (nowMs - written.passedMs(committed.last)) / 1000, 1)
  if (outRate < inRate) expect(shown['eta']).toBe('never')
  else isNear('eta', lag / (outRate - inRate), 1)
}
