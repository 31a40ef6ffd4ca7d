import { accessSync, constants, existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'vitest'

/** Where scripts/interop-setup.sh puts what is not of Debian. */
export const cacheDir = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kafka-ts-interop')

/** A file of tests/interop-clients. */
export function clientFile(name: string): string {
  return fileURLToPath(new URL(`../../interop-clients/${name}`, import.meta.url))
}

/** The first file on the PATH with this name. */
export function programOnPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable)
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export { existsSync as fileExists }

/** Skips the running test because of what is not installed, with a line that says so; under CI=true it fails instead. */
export function requireInstalled(missing: string | undefined, context: TestContext): void {
  if (missing === undefined) return
  const line = `${missing} is not installed: scripts/interop-setup.sh installs it`
  if (process.env['CI'] === 'true') throw new Error(line)
  skipWithLine(line, context)
}

/** Skips the running test and says why. */
export function skipWithLine(reason: string, context: TestContext): never {
  console.warn(`skipped "${context.task.name}": ${reason}`)
  return context.skip(reason)
}
