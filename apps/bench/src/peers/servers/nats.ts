import { execFileSync } from 'node:child_process'
import { findProgram } from '../installed.ts'
import type { ServerType } from './server.ts'
import { freePort, startServerProcess, temporaryDirectory } from './server-process.ts'

/** JetStream with streams in files. The version of Debian has no setting that syncs each write. */
export const nats: ServerType = {
  kind: 'nats',
  settings: { commit: undefined, page: 'file storage' },
  async start() {
    const program = findProgram('nats-server') as string
    const port = await freePort()
    const directory = temporaryDirectory('nats')
    return startServerProcess({
      program,
      args: ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', directory],
      ready: /Server is ready/,
      address: `127.0.0.1:${port}`,
      version: /v?(\d+\.\d+\.\d+)/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))?.[1] ?? 'unknown',
      directory,
    })
  },
}
