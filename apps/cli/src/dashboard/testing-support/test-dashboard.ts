import { Dashboard, type DashboardOptions } from '../dashboard.ts'
import { drawFrame } from '../screens/frame.ts'
import { type KeyPress, named, typed } from '../ui/key-press.ts'
import { glyphsOf } from '../view/glyphs.ts'
import { type PaintOptions, painterOf } from '../view/theme.ts'
import { ManualClock, settled } from './manual-clock.ts'
import type { ScriptedCluster } from './scripted-cluster.ts'
import { shopCluster } from './shop-cluster.ts'

/** 2026-11-22 16:00:00 UTC. */
export const START_MS = Date.UTC(2026, 10, 22, 16)

/** A dashboard on a scripted cluster and a clock that is moved by hand. */
export interface TestDashboard {
  readonly dashboard: Dashboard
  readonly clock: ManualClock
  readonly cluster: ScriptedCluster
  readonly copied: string[]
  readonly files: { readonly name: string; readonly text: string }[]
  /** Presses keys one by one; a text is a key a character. */
  press(...keys: readonly (string | KeyPress)[]): Promise<void>
  /** The screen of now without colours, or as asked. */
  frame(look?: Partial<PaintOptions> & { readonly isAscii?: boolean }): string[]
  /** Whether it has come to its end by itself. */
  hasEnded(): boolean
  /** Ends it and waits for the end. */
  end(): Promise<void>
}

/** Starts one; the first poll is done. */
export async function startTestDashboard(
  options: Partial<DashboardOptions> & { readonly canWrite?: boolean; readonly held?: Promise<void> } = {},
): Promise<TestDashboard> {
  const clock = new ManualClock(START_MS)
  const cluster = shopCluster(() => clock.elapsedMs(), START_MS)
  cluster.held = options.held
  const copied: string[] = []
  const files: { name: string; text: string }[] = []
  const dashboard = new Dashboard({
    reader: cluster,
    clock,
    outside: {
      copy: (text) => void copied.push(text),
      writeFile: async (name, text) => {
        files.push({ name, text })
        return `/home/me/${name}`
      },
    },
    facts: { clusterName: 'PROD', canWrite: options.canWrite ?? false, historyMs: 120_000, groupPattern: undefined },
    refreshMs: 2000,
    view: 'groups',
    isIssuesOnly: false,
    size: { columns: 80, rows: 24 },
    ...options,
  })
  let hasEnded = false
  const ended = dashboard.run().finally(() => {
    hasEnded = true
  })
  await settled()
  return {
    dashboard,
    clock,
    cluster,
    copied,
    files,
    press: async (...keys) => {
      for (const key of keys) {
        const presses = typeof key === 'string' ? [...key].map(typed) : [key]
        for (const press of presses) dashboard.press(press)
        await settled()
      }
    },
    frame: ({ theme = 'default', hasColor = false, badgeColor = undefined, isAscii = false } = {}) =>
      drawFrame(dashboard.state(), { glyphs: glyphsOf(isAscii), paint: painterOf({ theme, hasColor, badgeColor }) }),
    hasEnded: () => hasEnded,
    end: async () => {
      dashboard.quit()
      await ended
    },
  }
}

/** Keys by short names. */
export const keys = {
  enter: named('enter'),
  escape: named('escape'),
  tab: named('tab'),
  up: named('up'),
  down: named('down'),
  left: named('left'),
  right: named('right'),
  pageDown: named('page-down'),
  pageUp: named('page-up'),
  end: named('end'),
  home: named('home'),
  backspace: named('backspace'),
} as const
