import { type CliDoors, processDoors } from './doors.ts'
import { usageError } from './errors/cli-error.ts'
import { EXIT } from './errors/exit-codes.ts'
import { reportOf } from './errors/report.ts'
import { globalFlags } from './flags/global.ts'
import { parseList } from './flags/key-value.ts'
import { Command } from './flags/oclif.ts'
import type { OutputFormat } from './output/format.ts'
import { outputFormats } from './output/format.ts'
import { Output } from './output/output.ts'
import { Session } from './session.ts'
import type { PropertyScope } from './settings/client-properties.ts'
import { type ConfigPaths, configPaths } from './settings/config-store.ts'
import { resolveSettings, type SettingsFlags } from './settings/settings.ts'

/** The flags this class reads; every command has those of `globalFlags`, some have the others. */
export interface CommonFlags extends SettingsFlags {
  readonly 'config-file'?: string | undefined
  readonly output?: OutputFormat | undefined
  readonly json?: boolean
  readonly quiet?: boolean
  readonly ascii?: boolean
  readonly debug?: boolean
  readonly columns?: string | undefined
  readonly sort?: string | undefined
  readonly 'no-headers'?: boolean
  readonly raw?: boolean
  readonly watch?: number | undefined
}

/** What is common to all commands: doors, settings, output and a client that is always closed. */
export abstract class CliCommand extends Command {
  static override baseFlags = globalFlags
  /** Parts of the client that `-X` may set. */
  static scopes: readonly PropertyScope[] = ['client']

  #doors: CliDoors | undefined

  /** The outside; tests put their own in before `run`. */
  get doors(): CliDoors {
    this.#doors ??= processDoors()
    return this.#doors
  }

  set doors(doors: CliDoors) {
    this.#doors = doors
  }

  /** Errors are reported by `main`, once and for all formats. */
  protected override async catch(error: Error): Promise<never> {
    throw error
  }

  /** Where contexts are kept. */
  protected paths(flags: CommonFlags): ConfigPaths {
    return configPaths(flags['config-file'], this.doors.env, this.config.configDir)
  }

  /** The output as the flags ask for it. */
  protected output(flags: CommonFlags): Output {
    const format = this.#format(flags)
    if ((flags.columns !== undefined || flags['no-headers'] === true) && format !== 'table' && format !== 'wide')
      throw usageError(`--columns and --no-headers are for tables, not for -o ${format}.`)
    return new Output(this.doors, {
      format,
      columns: flags.columns === undefined ? undefined : parseList(flags.columns),
      sort: flags.sort,
      hasHeaders: flags['no-headers'] !== true,
      isRaw: flags.raw === true,
      isAscii: flags.ascii === true,
      isQuiet: flags.quiet === true,
    })
  }

  /** Runs the body with a session on the cluster of the settings, and closes it whatever happens. */
  protected async session(flags: CommonFlags, body: (session: Session) => Promise<void>): Promise<void> {
    const { doors } = this
    const settings = await resolveSettings(flags, doors, this.paths(flags))
    const { scopes } = this.ctor as typeof CliCommand
    const isDebug = flags.debug === true || Boolean(doors.env['KAFKA_TS_DEBUG'])
    const session = new Session({ doors, settings, output: this.output(flags), isDebug, scopes })
    try {
      await body(session)
    } finally {
      await session.close()
    }
  }

  /** As `session`, for commands that only read: with `--watch` the body runs again and again. */
  protected async watching(flags: CommonFlags, body: (session: Session) => Promise<void>): Promise<void> {
    await this.session(flags, async (session) => {
      const everyMs = flags.watch
      if (everyMs === undefined || session.output.format === 'schema') return body(session)
      let hasWorked = false
      for (;;) {
        session.output.replaceScreen()
        try {
          await body(session)
          hasWorked = true
        } catch (error) {
          // Who watches a cluster watches it over the restart of a broker too; what is wrong from the beginning is told at once.
          const report = reportOf(error)
          if (!hasWorked || report.exit !== EXIT.unreachable) throw error
          session.output.interrupted(report)
        }
        await this.doors.sleep(everyMs)
      }
    })
  }

  #format(flags: CommonFlags): OutputFormat {
    if (flags.json) return 'json'
    if (flags.output !== undefined) return flags.output
    const fromEnv = this.doors.env['KAFKA_TS_OUTPUT']
    if (!fromEnv) return 'table'
    const format = outputFormats.find((known) => known === fromEnv)
    if (format === undefined) throw usageError(`KAFKA_TS_OUTPUT: ${fromEnv} is not one of ${outputFormats.join(', ')}.`)
    return format
  }
}
