// Makes a clone ready: dependencies and build. Runs before anything is installed, on the Node that is there (>= 18), and is quick when
// nothing changed. `npm start`, `npm test`, `npm run demo` and `npm run bench` begin with it.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = join(root, 'node_modules', '.bin')
const stampFile = join(root, 'node_modules', '.kafka-ts-install')
const quiet = process.argv.includes('--quiet')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const env = {
  ...process.env,
  PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  CI: process.env.CI ?? '',
}

/** Runs a program, its output shown only when it fails or when not quiet; everything goes to stderr, for stdout is the caller's. */
function run(what, command, args) {
  const result = spawnSync(command, args, {
    cwd: root,
    env,
    encoding: 'utf8',
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (result.status === 0) return
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}\n`)
  process.stderr.write(
    `setup: ${what} failed (${[command, ...args].join(' ')}): ${result.error?.message ?? `exit ${result.status ?? result.signal}`}\n`,
  )
  process.exit(1)
}

/** What an installation depends on: the lockfile and every package.json of the workspace. */
function installFingerprint() {
  const hash = createHash('sha256')
  const files = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'tests/package.json']
  for (const folder of ['packages', 'apps']) {
    for (const name of readdirSync(join(root, folder)).sort()) files.push(join(folder, name, 'package.json'))
  }
  for (const file of files) {
    const path = join(root, file)
    if (existsSync(path)) hash.update(file).update(readFileSync(path))
  }
  return hash.update(`${process.platform}-${process.arch}`).digest('hex')
}

const fingerprint = installFingerprint()
const installed = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === fingerprint && existsSync(join(bin, 'turbo'))
if (!installed) {
  if (quiet) process.stderr.write('setup: installing dependencies (the first time only)\n')
  const pnpm = `pnpm@${manifest.devDependencies.pnpm}`
  run('installing dependencies', 'npx', ['--yes', pnpm, 'install', '--frozen-lockfile', '--config.confirmModulesPurge=false'])
  if (quiet) process.stderr.write('setup: building\n')
}
run('the build', join(bin, 'turbo'), ['run', 'build', '--output-logs=errors-only'])
if (!installed) writeFileSync(stampFile, fingerprint)
