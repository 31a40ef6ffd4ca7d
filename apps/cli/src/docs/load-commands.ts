import { fileURLToPath } from 'node:url'
import { Config } from '@oclif/core/config'
import type { DocumentedCommand } from './render-docs.ts'

const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Every command that is not hidden, as the build's manifest has it. */
export async function loadCommands(): Promise<DocumentedCommand[]> {
  return (await loadAllCommands()).filter((command) => !command.hidden)
}

/** Hidden ones too. */
export async function loadAllCommands(): Promise<Config['commands']> {
  const config = await Config.load({ root: PACKAGE_ROOT })
  return config.commands
}
