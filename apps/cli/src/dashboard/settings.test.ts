import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readDashboardDefaults } from './settings.ts'

const home = mkdtempSync(join(tmpdir(), 'kafka-ts-dashboard-'))
const file = join(home, 'config.yaml')
afterAll(() => rmSync(home, { recursive: true, force: true }))

function read(text: string) {
  writeFileSync(file, text)
  return readDashboardDefaults(file)
}

describe('readDashboardDefaults', () => {
  it('has defaults for a file that is not there, or says nothing', async () => {
    const builtIn = { refreshMs: 2000, historyMs: 120_000, theme: 'default', ignoredGroups: [] }
    expect(await readDashboardDefaults(join(home, 'none.yaml'))).toEqual(builtIn)
    expect(await read('contexts: {}\n')).toEqual(builtIn)
  })

  it('reads what is there', async () => {
    expect(await read('dashboard: { refresh: 5s, history: 10m, theme: cvd, ignoreGroups: ["^_"] }\n')).toEqual({
      refreshMs: 5000,
      historyMs: 600_000,
      theme: 'cvd',
      ignoredGroups: [/^_/],
    })
  })

  it.each([
    ['dashboard: 5s', 'is not a mapping'],
    ['dashboard: { refresh: soon }', 'refresh: soon is not a duration'],
    ['dashboard: { refresh: 100ms }', 'too short'],
    ['dashboard: { history: 1h }', 'from 2m to 15m'],
    ['dashboard: { theme: pink }', 'not one of default, cvd, mono'],
    ['dashboard: { ignoreGroups: "(" }', 'not a list'],
    ['dashboard: { ignoreGroups: ["("] }', 'not a regular expression'],
    ['dashboard: { colour: red }', 'colour is not known'],
  ])('refuses %s', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message)
  })
})
