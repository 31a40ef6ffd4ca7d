import { stat } from 'node:fs/promises'
import type { ConfigPaths } from '../settings/config-store.ts'
import type { Settings } from '../settings/settings.ts'
import { type CheckResult, result } from './check.ts'

const OTHERS_BITS = 0o077

/** Where the brokers come from, and who else can read the file with the contexts. */
export async function checkSettings(settings: Settings, paths: ConfigPaths): Promise<CheckResult[]> {
  const { brokers, context } = settings
  const named = context.value === undefined ? '' : `, context ${context.value} from ${context.source}`
  const results = [result('settings', 'brokers', { status: 'ok', detail: `${brokers.value.join(',')} from ${brokers.source}${named}` })]
  const mode = await modeOf(paths.configFile)
  if (mode !== undefined) {
    const isOpen = process.platform !== 'win32' && (mode & OTHERS_BITS) !== 0
    results.push(
      result(
        'settings',
        paths.configFile,
        isOpen
          ? { status: 'warn', detail: 'others on this machine can read it', suggestion: `chmod 600 ${paths.configFile}` }
          : { status: 'ok', detail: 'only yours to read' },
      ),
    )
  }
  return results
}

async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
