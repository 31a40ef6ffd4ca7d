import { execFileSync } from 'node:child_process'
import { findProgram } from '../installed.ts'
import type { ServerType } from './server.ts'
import { freePort, startServerProcess, temporaryDirectory } from './server-process.ts'

/** An append-only file and no snapshots. */
export const redis: ServerType = {
  kind: 'redis',
  settings: { commit: 'appendfsync always', page: 'appendfsync everysec' },
  async start(durability) {
    const program = findProgram('redis-server') as string
    const port = await freePort()
    const directory = temporaryDirectory('redis')
    const appendfsync = durability === 'commit' ? 'always' : 'everysec'
    const place = ['--bind', '127.0.0.1', '--port', String(port), '--dir', directory]
    return startServerProcess({
      program,
      args: [...place, '--save', '', '--appendonly', 'yes', '--appendfsync', appendfsync],
      ready: /Ready to accept connections/,
      address: `127.0.0.1:${port}`,
      version: /v=(\S+)/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))?.[1] ?? 'unknown',
      directory,
    })
  },
}
