import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ReadStream, WriteStream } from 'node:tty'
import { CliCommand } from '../command.ts'
import type { DashboardClock } from '../dashboard/model/poller.ts'
import { checkHistory, checkRefresh, type DashboardDefaults, readDashboardDefaults, readPattern } from '../dashboard/settings.ts'
import { viewNames } from '../dashboard/ui/state.ts'
import { themeNames } from '../dashboard/view/theme.ts'
import type { CliDoors } from '../doors.ts'
import { usageError } from '../errors/cli-error.ts'
import { durationFlag } from '../flags/duration.ts'
import { clusterFlags } from '../flags/global.ts'
import { Flags } from '../flags/oclif.ts'
import { plural } from '../output/humanize.ts'
import type { Session } from '../session.ts'

/** A poll that takes longer has failed: rows are dimmed and the next one is tried. */
const POLL_TIMEOUT_MS = 5000

export default class DashboardCommand extends CliCommand {
  static override summary = 'Watch groups and their lag, topics, leaders and brokers, live'
  static override description =
    'Keys are listed by ? inside. Nothing is changed unless --allow-writes is given, and then only after the name of the group is typed.'
  static override aliases = ['top']
  static override examples = [
    '<%= config.bin %> dashboard',
    "<%= config.bin %> dashboard --group '^payments' --refresh 5s",
    '<%= config.bin %> dashboard --once',
  ]
  static override flags = {
    ...clusterFlags,
    refresh: durationFlag({ summary: 'Time between polls (default 2s, at least 500ms)', helpValue: '2s' }),
    history: durationFlag({ summary: 'Window of rates and trends (default 2m, up to 15m)', helpValue: '2m' }),
    group: Flags.string({ summary: 'Only groups that match this regular expression; others are not even read', helpValue: 'RE' }),
    issues: Flags.boolean({ summary: 'Begin with issues only' }),
    view: Flags.custom<(typeof viewNames)[number]>({ options: [...viewNames] })({ summary: 'Begin with this view' }),
    once: Flags.boolean({ summary: 'Print the groups as a plain table and end; needs no terminal' }),
    'allow-writes': Flags.boolean({ summary: 'Let x reset offsets of groups without members' }),
    theme: Flags.custom<(typeof themeNames)[number]>({ options: [...themeNames] })({ summary: 'Colours; cvd avoids red and green' }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(DashboardCommand)
    const { stdin, stdout } = this.doors
    if (!flags.once && !(stdin.isTTY && stdout.isTTY))
      throw usageError(
        'The dashboard needs a terminal for input and output.',
        'kafka-ts groups lag --watch -o ndjson',
        'kafka-ts dashboard --once',
      )
    const defaults = await readDashboardDefaults(this.paths(flags).configFile)
    const wishes: Wishes = {
      ...defaults,
      refreshMs: flags.refresh === undefined ? defaults.refreshMs : checkRefresh(flags.refresh, '--refresh'),
      historyMs: flags.history === undefined ? defaults.historyMs : checkHistory(flags.history, '--history'),
      theme: flags.theme ?? defaults.theme,
      group: flags.group,
      groupPattern: flags.group === undefined ? undefined : readPattern(flags.group, '--group'),
      isIssuesOnly: flags.issues,
      view: flags.view ?? 'groups',
      canWrite: flags['allow-writes'],
      isAscii: flags.ascii,
      hasColor: !flags['no-color'] && this.doors.env['FORCE_COLOR'] !== '0' && !this.doors.env['NO_COLOR'],
    }
    await this.session(flags, async (session) => {
      if (flags.once) await printOnce(session, wishes)
      else process.exitCode = await show(session, wishes)
    })
  }
}

/** What the flags and the configuration ask for. */
interface Wishes extends DashboardDefaults {
  readonly group: string | undefined
  readonly groupPattern: RegExp | undefined
  readonly isIssuesOnly: boolean
  readonly view: (typeof viewNames)[number]
  readonly canWrite: boolean
  readonly isAscii: boolean
  readonly hasColor: boolean
}

async function printOnce(session: Session, { groupPattern, ignoredGroups, isIssuesOnly }: Wishes): Promise<void> {
  const [{ onceListing, readOnce }, { ClusterWatch }, { AdminReader }] = await Promise.all([
    import('../dashboard/once.ts'),
    import('../dashboard/model/cluster-poll.ts'),
    import('../dashboard/model/admin-reader.ts'),
  ])
  if (session.output.wroteSchema(onceListing)) return
  const reader = new AdminReader(await session.kafka(), session.timeoutMs)
  const clock = clockOf(session.doors)
  const watch = new ClusterWatch({ reader, groupPattern, ignoredGroups, elapsedMs: () => clock.elapsedMs() })
  const poll = () => session.within('read the groups', (signal) => watch.poll(signal))
  const { items, hidden } = await readOnce(poll, { clock, isIssuesOnly })
  await session.output.write(onceListing, { items, footer: `${plural(items.length, 'group')}${hidden > 0 ? ` (${hidden} hidden)` : ''}` })
}

/** Everything that draws is loaded here: no other command pays for it. */
async function show(session: Session, wishes: Wishes): Promise<number> {
  // Ink would look for React's developer tools; whoever has set DEV meant something else.
  delete process.env['DEV']
  const [{ Dashboard }, { AdminReader }, { runDashboard }, { glyphsOf }, { painterOf }] = await Promise.all([
    import('../dashboard/dashboard.ts'),
    import('../dashboard/model/admin-reader.ts'),
    import('../dashboard/terminal/run-dashboard.tsx'),
    import('../dashboard/view/glyphs.ts'),
    import('../dashboard/view/theme.ts'),
  ])
  const { doors, settings } = session
  const [stdin, stdout] = [doors.stdin as ReadStream, doors.stdout as WriteStream & { readonly fd: number }]
  const reader = new AdminReader(await session.kafka(), Math.min(session.timeoutMs, POLL_TIMEOUT_MS))
  const clusterName = settings.context.value ?? settings.brokers.value[0] ?? ''
  const dashboard = new Dashboard({
    ...wishes,
    reader,
    clock: clockOf(doors),
    outside: {
      copy: (text) => void stdout.write(`\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`),
      writeFile: async (name, text) => {
        const path = join(doors.cwd, name)
        await writeFile(path, text, { flag: 'wx' })
        return path
      },
    },
    facts: { clusterName, canWrite: wishes.canWrite, historyMs: wishes.historyMs, groupPattern: wishes.group },
    size: { columns: stdout.columns, rows: stdout.rows },
  })
  const { theme, hasColor, isAscii } = wishes
  const badgeColor = settings.isProtected.value ? 'red' : settings.color
  const look = { glyphs: glyphsOf(isAscii), paint: painterOf({ theme, hasColor, badgeColor }) }
  return runDashboard({ dashboard, stdin, stdout, look, interrupts: doors.interrupts })
}

function clockOf({ now, sleep }: CliDoors): DashboardClock {
  return { now, sleep, elapsedMs: () => performance.now() }
}
