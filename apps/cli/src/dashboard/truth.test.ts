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
    await kafka.admin.createTopics([{ topic: 'truth', partitions: 2 }])
  })

  afterAll(async () => {
    await kafka?.close()
    await broker.kill()
    rmSync(home, { recursive: true, force: true })
  })

  it('is within 10 % of what its producer and its consumers do', async () => {
    const inRate = 2000
    const outRates = { slower: 1000, faster: 2500 }
    const producer = kafka.producer()
    let produced = 0
    const produceTo = async (count: number) => {
      for (; produced < count; produced++) void producer.send('truth', { partition: produced % 2, value: 'x' })
      await producer.flush()
    }
    const commit = (group: string, count: number) =>
      kafka.admin.commitGroupOffsets(
        group,
        [0, 1].map((partition) => ({ topic: 'truth', partition, offset: Math.floor(count / 2) })),
      )
    const dashboard = new Dashboard({
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
    const ended = dashboard.run()
    dashboard.press({ name: 'text', text: 'h' })
    // First nobody reads; then two groups begin, one too slow and one fast enough.
    const startedMs = performance.now()
    const seconds = () => (performance.now() - startedMs) / 1000
    while (seconds() < REST_SECONDS) {
      await produceTo(Math.floor(seconds() * inRate))
      await sleep(20)
    }
    const committed = (group: keyof typeof outRates) =>
      Math.min(produced, Math.max(0, Math.floor((seconds() - REST_SECONDS) * outRates[group])))
    while (seconds() < REST_SECONDS + READ_SECONDS) {
      await produceTo(Math.floor(seconds() * inRate))
      await Promise.all([commit('slower', committed('slower')), commit('faster', committed('faster'))])
      await sleep(20)
    }
    const look = { glyphs: glyphsOf(false), paint: painterOf({ theme: 'mono', hasColor: false, badgeColor: undefined }) }
    const at = seconds()
    const lines = drawFrame(dashboard.state(), look)
    dashboard.quit()
    await ended
    for (const group of ['slower', 'faster'] as const) {
      const shown = cellsOf(lines, group)
      const done = (at - REST_SECONDS) * outRates[group]
      const lag = at * inRate - done
      const out = outRates[group]
      const values = { lag, in: inRate, out, delta: inRate - out }
      for (const [cell, value] of Object.entries(values)) {
        const number = numberOf(shown[cell]!)
        expect(Math.abs(number - value), `${group} ${cell}: ${shown[cell]} for ${value.toFixed(0)}`).toBeLessThanOrEqual(
          Math.abs(value) * 0.1,
        )
      }
      // Times are shown in whole seconds, rounded down.
      const isNear = (cell: string, value: number) => Math.abs(numberOf(cell) + 0.5 - value) <= value * 0.1 + 0.5
      expect(isNear(shown['time']!, lag / inRate), `${group} time: ${shown['time']} for ${(lag / inRate).toFixed(1)}`).toBe(true)
      if (out < inRate) expect(shown['eta']).toBe('never')
      else
        expect(isNear(shown['eta']!, lag / (out - inRate)), `${group} eta: ${shown['eta']} for ${(lag / (out - inRate)).toFixed(1)}`).toBe(
          true,
        )
    }
  })
})
