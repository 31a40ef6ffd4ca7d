import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { describeEnvironment } from '../report.ts'
import { missingOf } from './installed.ts'
import { measureAll } from './measure.ts'
import { onlyWhenNamed, ours, type Peer, peers } from './peer.ts'
import { type Plan, quickPlan, wholePlan } from './plan.ts'
import { compare } from './ratios.ts'
import { renderRows } from './table.ts'

const usage = `npm run bench -- peers [--runs ${wholePlan.runs}] [--seconds ${wholePlan.seconds}] [--rate ${wholePlan.rate}] [--only NAME,...] [--quick]

Our SDK on our broker beside other clients and servers, in one run on this machine. \`npm run bench:setup\` installs them.

${peers.map(({ name, title }) => `  ${name.padEnd(18)} ${title}${onlyWhenNamed.includes(name) ? ' (only when named)' : ''}`).join('\n')}
`

interface Wanted {
  readonly plan: Plan
  readonly peers: readonly Peer[]
}

/** `npm run bench -- peers`. Resolves with the exit status. */
export async function runPeers(args: readonly string[]): Promise<number> {
  const wanted = wantedBy(args)
  if (typeof wanted === 'string') {
    console.error(wanted)
    return wanted === usage ? 0 : 2
  }
  const missing = wanted.peers.flatMap((peer) => {
    const what = missingOf(peer)
    return what === undefined ? [] : [{ peer, what }]
  })
  const present = wanted.peers.filter((peer) => !missing.some((one) => one.peer === peer))
  // Ending by a signal takes the servers and clients along, as ending by itself does: they go with the exit of this process.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  const begun = performance.now()
  const { cells, versions, failures } = await measureAll({ peers: present, plan: wanted.plan, log: (line) => console.error(`  ${line}`) })
  const rows = compare(cells.all())
  const environment = describeEnvironment()
  const { plan } = wanted
  console.log(renderRows(rows))
  console.log(
    `\n${environment.cpu}, ${environment.cores} cores, ${environment.memoryGiB} GiB, ${environment.platform}, Node ${environment.node}, commit ${environment.commit}, ${environment.at}`,
  )
  console.log(
    `${plan.valueBytes}-byte values, 12-byte keys, ${plan.partitions} partitions (one stream in Redis and NATS), no compression, at most ${plan.windowRecords.toLocaleString('en-US')} records not acknowledged; p50 and p99 end to end at ${plan.rate.toLocaleString('en-US')} records/s; medians of ${plan.runs} interleaved runs of at most ${plan.seconds} s after a warm-up in the same process; "ours is": how many times as fast, or as small`,
  )
  for (const { name, settings } of present) console.log(`  ${name} ${versions.get(name) ?? ''}: ${settings}`)
  for (const [name, version] of versions) if (name.endsWith(' server')) console.log(`  ${name}: ${version}`)
  for (const { peer, what } of missing)
    console.log(`  ${peer.name} was left out: ${what} is not there; npm run bench:setup installs it where the machine allows`)
  for (const failure of failures) console.error(`failed: ${failure}`)

  const results = fileURLToPath(new URL('../../../../bench/results/', import.meta.url))
  mkdirSync(results, { recursive: true })
  const written = {
    environment,
    plan,
    versions: Object.fromEntries(versions),
    peers: present,
    missing: missing.map(({ peer }) => peer.name),
    failures,
    rows,
  }
  writeFileSync(`${results}peers.json`, `${JSON.stringify(written, null, 2)}\n`)
  console.error(`written to bench/results/peers.json after ${Math.round((performance.now() - begun) / 1000)} s`)
  return failures.length === 0 ? 0 : 1
}

/** What the arguments ask for, or a line of what is wrong with them. */
function wantedBy(args: readonly string[]): Wanted | string {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string' },
      seconds: { type: 'string' },
      rate: { type: 'string' },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return usage
  const base = values.quick ? quickPlan : wholePlan
  const numbers = (['runs', 'seconds', 'rate'] as const).flatMap((name) =>
    values[name] === undefined ? [] : [[name, Number(values[name])] as const],
  )
  const wrong = numbers.find(([, number]) => !(number > 0))
  if (wrong !== undefined) return `--${wrong[0]} is a number above 0, not ${values[wrong[0]]}`
  const plan: Plan = { ...base, ...Object.fromEntries(numbers) }
  const names = values.only?.split(',')
  const unknown = names?.find((name) => !peers.some((peer) => peer.name === name))
  if (unknown !== undefined) return `there is no peer ${unknown}; there are ${peers.map(({ name }) => name).join(', ')}`
  const isWanted = ({ name }: Peer) => name === ours.name || (names === undefined ? !onlyWhenNamed.includes(name) : names.includes(name))
  return { plan, peers: peers.filter(isWanted) }
}
