import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const prefix = 'kafka-ts-tests-'

/**
 * Gives a run of the tests one temporary directory, in which every test and every process of a test makes its own, and removes it at the end:
 * a test that is killed removes nothing. What runs that were killed themselves have left goes at the next start.
 */
export function setup(): () => void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN
    if (!Number.isNaN(pid) && !isRunning(pid)) remove(join(tmpdir(), name))
  }
  const directory = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`))
  process.env['TMPDIR'] = directory
  return () => remove(directory)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** A disk that a killed test left mounted in it does not fail the run. */
function remove(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true })
  } catch (error) {
    console.warn(`${directory} stays: ${(error as Error).message}`)
  }
}
