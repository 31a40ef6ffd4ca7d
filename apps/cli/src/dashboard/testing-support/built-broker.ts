import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The command as it is installed. */
export const commandPath = fileURLToPath(new URL('../../../bin/run.js', import.meta.url))
const built = fileURLToPath(new URL('../../../bundle/commands/dashboard.js', import.meta.url))

/** A broker of the built command, in a process of its own; its data and its port outlive its process. */
export class BuiltBroker {
  readonly #home: string
  #process: ChildProcess | undefined
  #address = '127.0.0.1:0'

  /** `home` is a directory for everything it keeps. */
  constructor(home: string) {
    if (!existsSync(built)) throw new Error(`${built} is missing: run the build first (npm test does).`)
    this.#home = home
  }

  /** host:port, once it was started. */
  get address(): string {
    return this.#address
  }

  /** Starts it, at the port it had before if it had one. */
  async start(): Promise<void> {
    const port = this.#address.split(':')[1]!
    const argv = [commandPath, 'broker', 'start', '--port', port, '--data-dir', join(this.#home, 'data')]
    const env = { PATH: process.env['PATH'], HOME: this.#home, XDG_CONFIG_HOME: this.#home }
    const broker = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'ignore'] })
    this.#process = broker
    const [ready] = (await once(broker.stdout, 'data')) as [Buffer]
    broker.stdout.resume()
    const address = /ready on (\S+)/.exec(ready.toString())?.[1]
    if (address === undefined) throw new Error(`no ready line: ${ready}`)
    this.#address = address
  }

  /** Kills it as a power cut would. */
  async kill(): Promise<void> {
    const broker = this.#process
    if (broker === undefined || broker.exitCode !== null || broker.signalCode !== null) return
    broker.kill('SIGKILL')
    await once(broker, 'exit')
  }
}
