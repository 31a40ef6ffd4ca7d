import { spawn } from 'node:child_process'

export interface ProgramResult {
  readonly stdout: Buffer
  readonly stderr: string
}

export interface ProgramOptions {
  readonly input?: string | Uint8Array
  /** Default 25 s. */
  readonly timeoutMs?: number
}

const defaultTimeoutMs = 25_000

/** Runs a program to its end. Rejects with what it said when it fails, or is not done in time. */
export function runProgram(
  command: readonly string[],
  { input = '', timeoutMs = defaultTimeoutMs }: ProgramOptions = {},
): Promise<ProgramResult> {
  const [program, ...args] = command as [string, ...string[]]
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'pipe', timeout: timeoutMs, killSignal: 'SIGKILL' })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.once('error', reject)
    child.once('close', (code, signal) => {
      const said = Buffer.concat(stderr).toString()
      if (code === 0) resolve({ stdout: Buffer.concat(stdout), stderr: said })
      else reject(new Error(`${command.join(' ')} ended with ${code ?? `${signal} after ${timeoutMs} ms`}: ${said.slice(-3000)}`))
    })
    // A program that ends before it has read everything says why by its exit.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}
