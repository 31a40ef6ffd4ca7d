import { describe, expect, it } from 'vitest'
import DashboardCommand from '../commands/dashboard.ts'
import { runCommand } from '../testing-support/run-command.ts'

describe('kafka-ts dashboard', () => {
  it('needs a terminal, and says what works without one', async () => {
    const { exit, error } = await runCommand(DashboardCommand, [])
    expect([exit, error]).toMatchObject([2, { suggestions: ['kafka-ts groups lag --watch -o ndjson', 'kafka-ts dashboard --once'] }])
  })

  it.each([
    [['--once', '--refresh', '100ms'], 'too short'],
    [['--once', '--history', '1m'], 'from 2m to 15m'],
    [['--once', '--group', '('], 'not a regular expression'],
    [['--view', 'nowhere'], 'to be one of'],
    [['--theme', 'pink'], 'to be one of'],
  ])('refuses %s', async (argv, message) => {
    const { exit, error } = await runCommand(DashboardCommand, argv)
    expect([exit, (error as Error).message]).toEqual([2, expect.stringContaining(message)])
  })
})
