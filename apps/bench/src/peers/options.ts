import { parseArgs } from 'node:util'
import type { Peer } from './peer.ts'
import { ours, oursOneByOne, peers } from './peers.ts'
import { type Plan, quickPlan, wholePlan } from './plan.ts'
import { scenarios } from './scenarios/index.ts'
import type { Scenario } from './scenarios/scenario.ts'

export const usage = `npm run bench -- peers [--scenario NAME,...] [--only PEER,...] [--runs ${wholePlan.runs}] [--seconds ${wholePlan.seconds}] [--rate ${wholePlan.rate}] [--gib ${wholePlan.gibibytes}] [--quick]
npm run bench -- peers --readme

Our SDK on our broker beside other clients and servers, in one run on this machine. \`npm run bench:setup\` installs them. --readme prints the goals and what was
measured last, for the README.

Scenarios:
${scenarios.map(({ name, summary }) => `  ${name.padEnd(18)} ${summary}`).join('\n')}

Peers:
${peers.map(({ name, title }) => `  ${name.padEnd(18)} ${title}${scenarios[0].peers.includes(name) ? '' : ' (only when named, or where the scenario needs it)'}`).join('\n')}
`

export interface Wanted {
  readonly plan: Plan
  readonly scenarios: readonly Scenario[]
  /** Undefined: those that each scenario names. */
  readonly only: readonly string[] | undefined
}

/** What the arguments of `npm run bench -- peers` ask for, or a line of what is wrong with them. */
export function wantedBy(args: readonly string[]): Wanted | 'help' | 'readme' | { readonly wrong: string } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scenario: { type: 'string' },
      only: { type: 'string' },
      runs: { type: 'string' },
      seconds: { type: 'string' },
      rate: { type: 'string' },
      gib: { type: 'string' },
      quick: { type: 'boolean', default: false },
      readme: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return 'help'
  if (values.readme) return 'readme'
  const base = values.quick ? quickPlan : wholePlan
  const plan = { ...base }
  for (const [option, name] of [
    ['runs', 'runs'],
    ['seconds', 'seconds'],
    ['rate', 'rate'],
    ['gib', 'gibibytes'],
  ] as const) {
    const text = values[option]
    if (text === undefined) continue
    if (!(Number(text) > 0) || (option === 'runs' && !Number.isInteger(Number(text))))
      return { wrong: `--${option} is a ${option === 'runs' ? 'whole ' : ''}number above 0, not ${text}` }
    plan[name] = Number(text)
  }
  const only = values.only?.split(',')
  const unknown = only?.find((name) => !peers.some((peer) => peer.name === name))
  if (unknown !== undefined) return { wrong: `there is no peer ${unknown}; there are ${peers.map(({ name }) => name).join(', ')}` }
  const named = values.scenario?.split(',') ?? [scenarios[0].name]
  const strange = named.find((name) => !scenarios.some((scenario) => scenario.name === name))
  if (strange !== undefined) return { wrong: `there is no scenario ${strange}; there are ${scenarios.map(({ name }) => name).join(', ')}` }
  return { plan, only, scenarios: scenarios.filter(({ name }) => named.includes(name)) }
}

/** The peers of a scenario: ours always, and of the others those that are named, or else those that it names itself. */
export function peersOf(scenario: Scenario, only: readonly string[] | undefined): readonly Peer[] {
  return peers.filter(({ name }) => {
    if (scenario.without?.[name] !== undefined) return false
    if (only === undefined || name === ours.name || name === oursOneByOne.name) return scenario.peers.includes(name)
    return only.includes(name)
  })
}
