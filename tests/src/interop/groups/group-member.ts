import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { type MemberEvent, monotonicMs, type OutsideEvent, type TimelineEvent } from './member-events.ts'

const LEAVE_DEADLINE_MS = 15_000
const MAX_SAID = 4_000

/** What a program of a member is started with, and how what it says is read. */
export interface MemberProgram {
  readonly command: readonly string[]
  /** Events in a line of stdout or stderr. What it says on stderr otherwise is kept for error messages. */
  parse(line: string, stream: 'stdout' | 'stderr'): MemberEvent | undefined
}

/** A member of a group in a process of its own, which can be killed, frozen and told to leave. Its events go to `record`. */
export class GroupMember {
  readonly name: string
  readonly #child: ChildProcess
  readonly #record: (event: TimelineEvent) => void
  readonly #exited: Promise<void>
  #said = ''
  #owned: readonly number[] = []
  #isFrozen = false

  constructor(name: string, { command, parse }: MemberProgram, record: (event: TimelineEvent) => void) {
    this.name = name
    this.#record = record
    const [program, ...args] = command as [string, ...string[]]
    this.#child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const listen = (stream: 'stdout' | 'stderr'): void => {
      createInterface({ input: this.#child[stream] as NodeJS.ReadableStream }).on('line', (line) => {
        const event = parse(line, stream)
        if (event === undefined) this.#said = `${this.#said}${line}\n`.slice(-MAX_SAID)
        else this.#tell(event)
      })
    }
    listen('stdout')
    listen('stderr')
    this.#child.once('error', (error) => {
      this.#said += error.message
    })
    this.#exited = new Promise((resolve) => this.#child.once('close', () => resolve()))
  }

  /** What it owns by its last word. */
  get owned(): readonly number[] {
    return this.#owned
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** What it said besides events, the end of it. */
  get said(): string {
    return this.#said
  }

  /** When it was killed. */
  async kill(): Promise<number> {
    const atMs = this.#signal('SIGKILL', 'killed')
    await this.#exited
    return atMs
  }

  /** Stops it where it stands; when that was. */
  freeze(): number {
    this.#isFrozen = true
    return this.#signal('SIGSTOP', 'frozen')
  }

  thaw(): void {
    this.#isFrozen = false
    // Told first: what it does from now on it does as somebody who has been away.
    this.#outside('thawed')
    this.#child.kill('SIGCONT')
  }

  /** Has it commit what it did, leave the group and end. Rejects when it does not manage. */
  async leave(): Promise<void> {
    this.#child.kill('SIGTERM')
    const killing = setTimeout(() => this.#child.kill('SIGKILL'), LEAVE_DEADLINE_MS)
    await this.#exited
    clearTimeout(killing)
    this.#outside('left')
    if (this.#child.exitCode !== 0)
      throw new Error(`${this.name} ended with ${this.#child.exitCode ?? this.#child.signalCode}: ${this.#said}`)
  }

  /** Ends it somehow. */
  async end(): Promise<void> {
    if (!this.isRunning) return
    if (this.#isFrozen) this.#child.kill('SIGCONT')
    this.#child.kill('SIGKILL')
    await this.#exited
  }

  #signal(signal: NodeJS.Signals, kind: OutsideEvent['kind']): number {
    this.#child.kill(signal)
    return this.#outside(kind)
  }

  #outside(kind: OutsideEvent['kind']): number {
    const atMs = monotonicMs()
    this.#record({ kind, member: this.name, atMs })
    return atMs
  }

  #tell(event: MemberEvent): void {
    if (event.kind === 'owns') this.#owned = event.partitions
    this.#record({ ...event, member: this.name })
  }
}
