import { expect, test } from 'vitest'
import { peersOf, type Wanted, wantedBy } from './options.ts'
import { wholePlan } from './plan.ts'
import { scenarios } from './scenarios/index.ts'

function wanted(...args: string[]): Wanted {
  const found = wantedBy(args)
  if (typeof found === 'string' || 'wrong' in found) throw new Error(`refused: ${JSON.stringify(found)}`)
  return found
}

function namesOf(scenario: string, only?: readonly string[]): readonly string[] {
  const found = scenarios.find(({ name }) => name === scenario)
  if (found === undefined) throw new Error(`no scenario ${scenario}`)
  return peersOf(found, only).map(({ name }) => name)
}

test('without arguments the goals are measured as planned', () => {
  expect(wanted()).toEqual({ plan: wholePlan, only: undefined, scenarios: [scenarios[0]] })
  expect(scenarios[0].name).toBe('goals')
})

test('numbers replace those of the plan', () => {
  expect(wanted('--runs', '5', '--seconds', '0.5', '--rate', '1000', '--gib', '10').plan).toEqual({
    ...wholePlan,
    runs: 5,
    seconds: 0.5,
    rate: 1000,
    gibibytes: 10,
  })
})

test('scenarios run in their own order, whatever the order of their names', () => {
  expect(wanted('--scenario', 'recovery,sizes').scenarios.map(({ name }) => name)).toEqual(['sizes', 'recovery'])
})

test.each([
  [['--runs', '0'], '--runs is a whole number above 0, not 0'],
  [['--runs', '1.5'], '--runs is a whole number above 0, not 1.5'],
  [['--rate', 'fast'], '--rate is a number above 0, not fast'],
  [['--only', 'redis,kafka'], /^there is no peer kafka; there are kafka-ts, /],
  [['--scenario', 'speed'], /^there is no scenario speed; there are goals, /],
])('%j is refused with what is wrong', (args, wrong) => {
  expect(wantedBy(args)).toEqual({ wrong: typeof wrong === 'string' ? wrong : expect.stringMatching(wrong) })
})

test('ours stands beside whomever --only names', () => {
  expect(namesOf('goals', ['nats'])).toEqual(['kafka-ts', 'kafka-ts-send', 'nats'])
  expect(namesOf('rates', ['java-on-ours'])).toEqual(['kafka-ts', 'java-on-ours'])
})

test('a peer that cannot take part in a scenario does not, even when it is named', () => {
  expect(namesOf('compression', ['kafkajs', 'confluent'])).toEqual(['kafka-ts', 'kafka-ts-send', 'confluent'])
})

test('every scenario names peers that there are, and gives no reason against those', () => {
  for (const { name, peers, without = {} } of scenarios) {
    expect(namesOf(name), name).toHaveLength(peers.length)
    expect(namesOf(name, Object.keys(without)), name).toEqual(namesOf(name, []))
  }
})
