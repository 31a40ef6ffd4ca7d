import { readFile } from 'node:fs/promises'
import { usageError } from '../errors/cli-error.ts'
import { parseDuration } from '../flags/parse-duration.ts'
import { parseYaml } from '../settings/config-store.ts'
import { isFields } from '../settings/read-context.ts'
import { type ThemeName, themeNames } from './view/theme.ts'

export const MIN_REFRESH_MS = 500
export const MIN_HISTORY_MS = 2 * 60_000
export const MAX_HISTORY_MS = 15 * 60_000

/** How the dashboard is when no flag says otherwise. */
export interface DashboardDefaults {
  readonly refreshMs: number
  readonly historyMs: number
  readonly theme: ThemeName
  readonly ignoredGroups: readonly RegExp[]
}

const BUILT_IN: DashboardDefaults = { refreshMs: 2000, historyMs: MIN_HISTORY_MS, theme: 'default', ignoredGroups: [] }
const keys = ['refresh', 'history', 'theme', 'ignoreGroups']

/** Reads `dashboard:` of the configuration file; what is not there is built in. */
export async function readDashboardDefaults(configFile: string): Promise<DashboardDefaults> {
  const text = await readFile(configFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw usageError(`Cannot read ${configFile}: ${error.message}`)
  })
  const document = text === undefined ? undefined : await parseYaml(text, configFile)
  const section = isFields(document) ? document['dashboard'] : undefined
  if (section === undefined) return BUILT_IN
  const where = `${configFile}: dashboard`
  if (!isFields(section)) throw usageError(`${where} is not a mapping.`)
  for (const key of Object.keys(section))
    if (!keys.includes(key)) throw usageError(`${where}: ${key} is not known.`, `it may hold ${keys.join(', ')}`)
  return {
    refreshMs: checkRefresh(duration(section['refresh'], `${where}: refresh`) ?? BUILT_IN.refreshMs, `${where}: refresh`),
    historyMs: checkHistory(duration(section['history'], `${where}: history`) ?? BUILT_IN.historyMs, `${where}: history`),
    theme: theme(section['theme'], `${where}: theme`),
    ignoredGroups: patterns(section['ignoreGroups'], `${where}: ignoreGroups`),
  }
}

/** A time between polls, if it may be one. */
export function checkRefresh(ms: number, where: string): number {
  if (ms < MIN_REFRESH_MS) throw usageError(`${where}: ${ms}ms is too short: ${MIN_REFRESH_MS}ms at least.`)
  return ms
}

/** A window of rates and trends, if it may be one. */
export function checkHistory(ms: number, where: string): number {
  if (ms < MIN_HISTORY_MS || ms > MAX_HISTORY_MS) throw usageError(`${where}: it is from 2m to 15m.`)
  return ms
}

/** A regular expression of the user. */
export function readPattern(pattern: string, where: string): RegExp {
  try {
    return new RegExp(pattern)
  } catch (error) {
    throw usageError(`${where}: ${pattern} is not a regular expression: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function duration(value: unknown, where: string): number | undefined {
  if (value === undefined) return undefined
  const ms = typeof value === 'string' ? parseDuration(value) : undefined
  if (ms === undefined) throw usageError(`${where}: ${String(value)} is not a duration: write 2s.`)
  return ms
}

function theme(value: unknown, where: string): ThemeName {
  if (value === undefined) return BUILT_IN.theme
  const known = themeNames.find((name) => name === value)
  if (known === undefined) throw usageError(`${where}: ${String(value)} is not one of ${themeNames.join(', ')}.`)
  return known
}

function patterns(value: unknown, where: string): RegExp[] {
  if (value === undefined) return []
  if (!Array.isArray(value) || !value.every((pattern): pattern is string => typeof pattern === 'string'))
    throw usageError(`${where} is not a list of regular expressions.`)
  return value.map((pattern) => readPattern(pattern, where))
}
