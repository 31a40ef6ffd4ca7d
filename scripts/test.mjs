// `npm test`: lint, import arrows, then every test of the workspace. With CI=true the seeds and inputs are more (see tests/src/volume.ts) and the
// packed packages are tried in an empty directory. Arguments are handed to vitest: `npm test -- packages/storage`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = join(root, 'node_modules', '.bin')
const isCi = process.env.CI === 'true'
const filters = process.argv.slice(2)
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' }
const scratch = mkdtempSync(join(tmpdir(), 'kafka-ts-test-'))
const report = join(scratch, 'vitest.json')
const failed = []

function stage(name, command, args) {
  const begun = Date.now()
  const { status, signal, error } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit' })
  console.log(
    `${status === 0 ? 'ok' : 'FAILED'}  ${name} (${((Date.now() - begun) / 1000).toFixed(1)} s)${status === 0 ? '' : ` ${error?.message ?? signal ?? `exit ${status}`}`}`,
  )
  if (status !== 0) failed.push(name)
}

/** The closing line, in words that any log reader understands. */
function count() {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, 'utf8'))
    console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests + numTodoTests} skipped`)
    return numPassedTests
  } catch (error) {
    console.error(`no test report: ${error.message}`)
    return 0
  }
}

if (filters.length === 0) {
  stage('lint and format', join(bin, 'biome'), ['ci', '--error-on-warnings', '.'])
  stage('import arrows', process.execPath, ['scripts/import-arrows.mjs'])
}
stage('tests', join(bin, 'vitest'), ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...filters])
if (isCi && filters.length === 0) stage('packed packages', process.execPath, ['scripts/pack-smoke.mjs'])

const passed = count()
rmSync(scratch, { recursive: true, force: true })
if (failed.length > 0) console.error(`failed: ${failed.join(', ')}`)
process.exit(failed.length > 0 || passed === 0 ? 1 : 0)
