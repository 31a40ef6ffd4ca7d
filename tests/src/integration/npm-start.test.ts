import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const dataDir = mkdtempSync(join(tmpdir(), 'kafka-ts-npm-start-'))
const started: ChildProcess[] = []

afterEach(() => {
  for (const child of started.splice(0)) {
    for (const pid of brokerPids()) process.kill(pid, 'SIGKILL')
    child.kill('SIGKILL')
  }
  rmSync(dataDir, { recursive: true, force: true })
})

test.each(['SIGTERM', 'SIGINT'] as const)('%s to npm alone stops the broker of npm start cleanly and leaves no process', async (signal) => {
  const npm = spawn('npm', ['start', '--', '--port', '0', '--data-dir', dataDir], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(npm)
  let said = ''
  npm.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  npm.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  await until(
    () => /ready on \S+:\d+/.test(said),
    () => said,
  )
  expect(said.match(/ready on/g)).toHaveLength(1)
  expect(brokerPids()).toHaveLength(1)

  const exit = new Promise<number | null>((resolve) => npm.once('exit', (code) => resolve(code)))
  npm.kill(signal)
  npm.kill(signal)
  await exit
  await until(
    () => brokerPids().length === 0,
    () => `still running: ${brokerPids().join(', ')}`,
  )
  expect(readdirSync(dataDir)).toContain('clean-shutdown')
})

/** Processes that have this test's data directory on their command line, npm and shells aside. */
function brokerPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const words = commandLine(pid)
      return words.includes(dataDir) && words.includes('broker')
    })
    .map(Number)
}

function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

async function until(condition: () => boolean, said: () => string): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${said()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
