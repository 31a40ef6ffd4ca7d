import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../testing-support/test-broker.ts'
import type { BrokerFlags } from './settings.ts'

const SCRIPT = `import { runDaemon } from '@kafka-ts/broker/daemon'
process.exit(await runDaemon({ flags: JSON.parse(process.argv[1]), env: process.env }))`

/** A daemon in a process of its own. */
class Daemon {
  readonly child: ChildProcess
  stdout = ''
  stderr = ''
  readonly exited: Promise<number | null>

  constructor(flags: BrokerFlags, env: Record<string, string> = {}) {
    const args = ['--conditions=@kafka-ts/source', '--input-type=module', '-e', SCRIPT, JSON.stringify(flags)]
    this.child = spawn(process.execPath, args, { cwd: new URL('../..', import.meta.url), env: { PATH: process.env['PATH'], ...env } })
    this.child.stdout?.on('data', (chunk) => {
      this.stdout += chunk
    })
    this.child.stderr?.on('data', (chunk) => {
      this.stderr += chunk
    })
    this.exited = once(this.child, 'close').then(([code]) => code)
  }

  /** The port of the ready line. */
  async ready(): Promise<number> {
    for (;;) {
      const match = /ready on 127\.0\.0\.1:(\d+)\n/.exec(this.stdout)
      if (match !== null) return Number(match[1])
      const event = await Promise.race([once(this.child.stdout as NodeJS.ReadableStream, 'data'), this.exited.then(() => 'exited')])
      if (event === 'exited') throw new Error(`the daemon ended: ${this.stderr}`)
    }
  }
}

describe('the daemon', () => {
  const directories: string[] = []
  const daemons: Daemon[] = []
  const directory = (): string => {
    const path = temporaryDirectory()
    directories.push(path)
    return path
  }
  const start = (flags: BrokerFlags, env?: Record<string, string>): Daemon => {
    const daemon = new Daemon(flags, env)
    daemons.push(daemon)
    return daemon
  }

  afterEach(async () => {
    for (const { child } of daemons) child.kill('SIGKILL')
    await Promise.all(daemons.splice(0).map(({ exited }) => exited))
    for (const path of directories.splice(0)) rmSync(path, { recursive: true, force: true })
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('prints one ready line, and ends with 0 on %s, however often it is sent', async (signal) => {
    const daemon = start({ port: 0, dataDirs: [directory()] })
    await daemon.ready()
    for (let repeat = 0; repeat < 3; repeat++) daemon.child.kill(signal)
    expect(await daemon.exited).toBe(0)
    expect(daemon.stdout).toMatch(/^kafka-ts broker 1 ready on 127\.0\.0\.1:\d+\n$/)
  })

  it('says what to do when its port is taken', async () => {
    const port = await start({ port: 0, dataDirs: [directory()] }).ready()
    const second = start({ port, dataDirs: [directory()] })
    expect(await second.exited).toBe(1)
    expect(second.stderr).toContain(`listen on 127.0.0.1:${port}`)
    expect(second.stderr).toContain('choose another --port')
    expect(second.stdout).toBe('')
  })

  it('says what to do when its data directory is in use', async () => {
    const dataDirs = [directory()]
    await start({ port: 0, dataDirs }).ready()
    const second = start({ port: 0, dataDirs })
    expect(await second.exited).toBe(1)
    expect(second.stderr).toContain('in use by another process')
  })

  it('takes flags before the environment, and that before the file', async () => {
    const path = directory()
    const file = join(path, 'broker.yaml')
    writeFileSync(file, `profile: production\nlisteners: 127.0.0.1:1\nlog:\n  dirs: [${path}/file]\n  level: error\n`)
    const daemon = start(
      { port: 0, file, dataDirs: [`${path}/flag`] },
      { KAFKA_TS_BROKER__LOG_DIRS: `${path}/env`, KAFKA_TS_BROKER__LOG_LEVEL: 'info' },
    )
    await daemon.ready()
    daemon.child.kill('SIGTERM')
    expect(await daemon.exited).toBe(0)
    const lines = daemon.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.at(-1)).toMatchObject({ msg: 'stopped' })
  })

  it.each([
    [{ configs: ['log.dir=/x'] }, 2, 'did you mean log.dirs?'],
    [{ configs: ['num.partitions=many'] }, 2, 'num.partitions=many: must be a whole number'],
    [{ file: '/nowhere/broker.yaml' }, 2, 'there is no config file /nowhere/broker.yaml'],
    [{ profile: 'test' }, 2, 'must be one of development, production'],
    [{ host: '256.1.1.1', port: 0 }, 1, 'Check listeners, --host and --port'],
  ])('refuses %j with exit %i and says why', async (flags, exitCode, message) => {
    const daemon = start({ dataDirs: [directory()], ...flags })
    expect(await daemon.exited).toBe(exitCode)
    expect(daemon.stderr).toContain(message)
    expect(daemon.stderr.trim().split('\n')).toHaveLength(1)
  })

  it('warns when a listener for everybody sends clients to their own machine', async () => {
    const daemon = start({ host: '0.0.0.0', port: 0, dataDirs: [directory()], configs: ['advertised.listeners=127.0.0.1:9092'] })
    await once(daemon.child.stdout as NodeJS.ReadableStream, 'data')
    daemon.child.kill('SIGTERM')
    expect(await daemon.exited).toBe(0)
    expect(daemon.stderr).toContain('set advertised.listeners')
  })
})
