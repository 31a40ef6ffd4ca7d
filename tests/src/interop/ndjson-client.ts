import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { ConsumeInGroupRequest, ConsumeRequest, InteropClient, ProduceRequest, RecordRead } from './interop-client.ts'

/** Longer than the deadlines inside the programs, so that they can say what went wrong. */
const answerDeadlineMs = 25_000

interface Waiting {
  resolve(answer: unknown): void
  reject(error: Error): void
}

/** What a program of tests/interop-clients writes: first `hello`, then an answer for each request. */
interface Message {
  readonly hello?: { readonly version: string }
  readonly id?: number
  readonly ok?: unknown
  readonly error?: string
}

/** A client that lives in a program of tests/interop-clients: started by the first call, ended by `close`. */
export class NdjsonClient implements InteropClient {
  readonly #command: readonly string[]
  readonly #waiting = new Map<number, Waiting>()
  readonly #hello = Promise.withResolvers<{ readonly version: string }>()
  #child: ChildProcessWithoutNullStreams | undefined
  #exited: Promise<void> = Promise.resolve()
  #nextId = 0
  #said = ''

  constructor(command: readonly string[]) {
    this.#command = command
  }

  async version(): Promise<string> {
    this.#ensureStarted()
    return (await this.#hello.promise).version
  }

  async createTopic(request: { readonly topic: string; readonly partitions: number }): Promise<void> {
    await this.call('createTopic', request)
  }

  async listTopics(): Promise<string[]> {
    return ((await this.call('listTopics', {})) as { topics: string[] }).topics
  }

  async produce(request: ProduceRequest): Promise<void> {
    await this.call('produce', request)
  }

  async consume(request: ConsumeRequest): Promise<RecordRead[]> {
    return ((await this.call('consume', request)) as { records: RecordRead[] }).records
  }

  async consumeInGroup(request: ConsumeInGroupRequest): Promise<RecordRead[]> {
    return ((await this.call('consumeInGroup', request)) as { records: RecordRead[] }).records
  }

  /** Any operation of the program. */
  call(op: string, request: object): Promise<unknown> {
    const id = this.#nextId++
    const answer = this.#answer(id)
    this.#child?.stdin.write(`${JSON.stringify({ ...request, op, id })}\n`)
    return answer
  }

  async close(): Promise<void> {
    this.#child?.stdin.end()
    const killing = setTimeout(() => this.#child?.kill('SIGKILL'), 5_000)
    await this.#exited
    clearTimeout(killing)
  }

  #answer(id: number): Promise<unknown> {
    this.#ensureStarted()
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => reject(this.#failure(`no answer within ${answerDeadlineMs} ms`)), answerDeadlineMs)
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          clearTimeout(deadline)
          this.#waiting.delete(id)
          settle(value)
        }
      this.#waiting.set(id, { resolve: settled(resolve), reject: settled(reject) })
    })
  }

  #ensureStarted(): void {
    if (this.#child !== undefined) return
    const [program, ...args] = this.#command as [string, ...string[]]
    const child = spawn(program, args, { stdio: 'pipe' })
    this.#child = child
    // Whoever asks for it hears of a failure; nobody has to ask.
    this.#hello.promise.catch(() => {})
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-3000)
    })
    child.stdin.on('error', () => {})
    createInterface({ input: child.stdout }).on('line', (line) => this.#receive(JSON.parse(line) as Message))
    child.once('error', (error) => this.#failAll(error.message))
    this.#exited = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.#failAll(`it ended with ${code ?? signal}`)
        resolve()
      })
    })
  }

  #receive({ hello, id, ok, error }: Message): void {
    if (hello !== undefined) this.#hello.resolve(hello)
    else if (error === undefined) this.#waiting.get(id as number)?.resolve(ok)
    else this.#waiting.get(id as number)?.reject(this.#failure(error))
  }

  #failAll(reason: string): void {
    this.#hello.reject(this.#failure(reason))
    for (const { reject } of [...this.#waiting.values()]) reject(this.#failure(reason))
  }

  #failure(reason: string): Error {
    return new Error(`${this.#command.join(' ')}: ${reason}${this.#said === '' ? '' : `\n${this.#said}`}`)
  }
}
