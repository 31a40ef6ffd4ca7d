import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describeEnvironment, type Environment } from '../report.ts'
import type { Bench } from './bench.ts'
import { Cells } from './cell.ts'
import { missingOf } from './installed.ts'
import { peersOf, usage, type Wanted, wantedBy } from './options.ts'
import type { Peer } from './peer.ts'
import type { Plan } from './plan.ts'
import { compare, type Row } from './ratios.ts'
import { renderForReadme } from './readme-table.ts'
import { scenarios } from './scenarios/index.ts'
import { renderRows } from './table.ts'

const results = fileURLToPath(new URL('../../../../bench/results/', import.meta.url))
/** What `--readme` is made of: the results of the default scenario. */
const goalsFile = 'peers.json'

interface Results {
  /** The arguments of the run. */
  readonly args: readonly string[]
  readonly environment: Environment
  readonly plan: Plan
  readonly versions: Readonly<Record<string, string>>
  readonly rows: readonly Row[]
}

/** `npm run bench -- peers`. Resolves with the exit status. */
export async function runPeers(args: readonly string[]): Promise<number> {
  const wanted = wantedBy(args)
  if (wanted === 'help') {
    console.log(usage)
    return 0
  }
  if (wanted === 'readme') return printForReadme()
  if ('wrong' in wanted) {
    console.error(wanted.wrong)
    return 2
  }
  // Ending by a signal takes the servers and clients along, as ending by itself does: they go with the exit of this process.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  return await measure(wanted, args)
}

function printForReadme(): number {
  let text: string
  try {
    text = readFileSync(results + goalsFile, 'utf8')
  } catch {
    console.error(`there is no bench/results/${goalsFile}; npm run bench -- peers makes it`)
    return 1
  }
  const { rows, ...run } = JSON.parse(text, (_, value) => (value === null ? Number.NaN : value)) as Results
  console.log(renderForReadme(rows, run))
  return 0
}

async function measure({ plan, scenarios: chosen, only }: Wanted, args: readonly string[]): Promise<number> {
  const begun = performance.now()
  const bench = {
    plan,
    cells: new Cells(),
    versions: new Map<string, string>(),
    failures: [],
    log: (line: string) => console.error(`  ${line}`),
  }
  const present = new Map<string, Peer>()
  const left: string[] = []
  for (const scenario of chosen) {
    const peersHere = peersOf(scenario, only)
    const there = peersHere.filter((peer) => missingOf(peer) === undefined)
    for (const peer of there) present.set(peer.name, peer)
    left.push(...leftOut(scenario, peersHere))
    console.error(`${scenario.name}: ${scenario.summary}`)
    await scenario.run({ ...bench, peers: there })
  }
  const rows = compare(bench.cells.all())
  const environment = describeEnvironment()
  console.log(renderRows(rows))
  console.log(`\n${describeRun(plan, environment)}`)
  for (const { name, settings } of present.values()) console.log(`  ${name} ${bench.versions.get(name) ?? ''}: ${settings}`)
  for (const [name, version] of bench.versions) if (name.endsWith(' server')) console.log(`  ${name}: ${version}`)
  for (const line of new Set(left)) console.log(`  ${line}`)
  for (const failure of bench.failures) console.error(`failed: ${failure}`)
  write(chosen, {
    args,
    environment,
    plan,
    versions: Object.fromEntries(bench.versions),
    peers: [...present.values()],
    left,
    failures: bench.failures,
    rows,
  })
  console.error(`after ${Math.round((performance.now() - begun) / 1000)} s`)
  return bench.failures.length === 0 ? 0 : 1
}

/** Who is not in it, and why. */
function leftOut({ name, without = {} }: Wanted['scenarios'][number], here: readonly Peer[]): string[] {
  const missing = here.flatMap((peer) => {
    const what = missingOf(peer)
    return what === undefined
      ? []
      : [`${peer.name} was left out: ${what} is not there; npm run bench:setup installs it where the machine allows`]
  })
  return [...missing, ...Object.entries(without).map(([peer, why]) => `${peer} was left out of ${name}: it ${why}`)]
}

function describeRun(plan: Plan, { cpu, cores, memoryGiB, platform, node, commit, at }: Environment): string {
  return [
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}, Node ${node}, commit ${commit}, ${at}`,
    `${plan.valueBytes}-byte values, 12-byte keys, ${plan.partitions} partitions (one stream in Redis and NATS), no compression, at most ${plan.windowRecords.toLocaleString('en-US')} records (32 MiB) not acknowledged, paced runs of ${plan.rate.toLocaleString('en-US')} records/s, where no setting says otherwise; medians of ${plan.runs} interleaved runs of at most ${plan.seconds} s after a warm-up in the same process; "ours is": how many times as fast, or as small, in the same run; "beside": which of ours`,
  ].join('\n')
}

function write(
  chosen: Wanted['scenarios'],
  written: Results & { peers: readonly Peer[]; left: readonly string[]; failures: Bench['failures'] },
): void {
  mkdirSync(results, { recursive: true })
  const file = chosen.includes(scenarios[0]) ? goalsFile : `peers-${chosen.map(({ name }) => name).join('-')}.json`
  writeFileSync(results + file, `${JSON.stringify(written, null, 2)}\n`)
  console.error(`written to bench/results/${file}`)
}
