import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { runPeers } from './peers/command.ts'
import { describeEnvironment, renderTable } from './report.ts'
import type { Measurement, Scenario } from './scenario.ts'
import { clean } from './scenarios/clean.ts'
import { consume } from './scenarios/consume.ts'
import { doors } from './scenarios/doors.ts'
import { groupConsume } from './scenarios/group-consume.ts'
import { groups } from './scenarios/groups.ts'
import { latency } from './scenarios/latency.ts'
import { memory } from './scenarios/memory.ts'
import { partitions } from './scenarios/partitions.ts'
import { produce } from './scenarios/produce.ts'
import { startup } from './scenarios/startup.ts'

const scenarios: readonly Scenario[] = [produce, consume, groupConsume, groups, latency, startup, memory, partitions, doors, clean]

if (process.argv[2] === 'peers') process.exit(await runPeers(process.argv.slice(3)))

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '5' },
    scale: { type: 'string', default: '1' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

if (values.help) {
  console.log('npm run bench [-- SCENARIO...] [--runs 5] [--scale 1]\n')
  for (const scenario of scenarios) console.log(`  ${scenario.name.padEnd(14)} ${scenario.summary}`)
  console.log(`  ${'peers'.padEnd(14)} other clients and servers beside ours; it has options of its own: npm run bench -- peers --help`)
  process.exit(0)
}
const unknown = positionals.filter((name) => !scenarios.some((scenario) => scenario.name === name))
if (unknown.length > 0) {
  console.error(`no such scenario: ${unknown.join(', ')}; there are ${scenarios.map((scenario) => scenario.name).join(', ')}`)
  process.exit(2)
}

const chosen = positionals.length === 0 ? scenarios : scenarios.filter((scenario) => positionals.includes(scenario.name))
const environment = describeEnvironment()
console.error(
  `${environment.cpu}, ${environment.cores} cores, ${environment.memoryGiB} GiB, ${environment.platform}, Node ${environment.node}, commit ${environment.commit}; client and broker are two processes on this machine`,
)
const measurements: Measurement[] = []
for (const scenario of chosen) {
  console.error(`${scenario.name}: ${scenario.summary}`)
  measurements.push(
    ...(await scenario.run({ runs: Number(values.runs), scale: Number(values.scale), log: (line) => console.error(`  ${line}`) })),
  )
}
console.log(renderTable(measurements))

const results = fileURLToPath(new URL('../../../bench/results/', import.meta.url))
mkdirSync(results, { recursive: true })
writeFileSync(`${results}latest.json`, `${JSON.stringify({ environment, measurements }, null, 2)}\n`)
console.error(`written to bench/results/latest.json`)
