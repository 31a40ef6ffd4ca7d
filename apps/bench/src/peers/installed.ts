import { accessSync, constants, existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Peer } from './peer.ts'
import type { ServerKind } from './servers/server.ts'

/** Where scripts/bench-setup.sh installs what is not of Debian. */
export const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kafka-ts-bench')

const programs: Readonly<Record<ServerKind, string | undefined>> = {
  'kafka-ts': undefined,
  'apache-kafka': 'java',
  redis: 'redis-server',
  nats: 'nats-server',
}

/** A program on the PATH, or where Debian puts servers, which is not on every user's PATH. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

/** What `peer` needs and is not there. */
export function missingOf(peer: Peer): string | undefined {
  const program = programs[peer.server]
  if (program !== undefined && findProgram(program) === undefined) return program
  for (const part of [peer.part, 'module' in peer.client && peer.part === 'apache-kafka' ? ('node' as const) : undefined]) {
    if (part !== undefined && !existsSync(join(cache, part, '.stamp'))) return join(cache, part)
  }
  return undefined
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
