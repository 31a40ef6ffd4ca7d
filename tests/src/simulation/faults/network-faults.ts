import { BROKER_HOST } from '../broker-machine.ts'
import { between, pick } from '../plan.ts'
import { sendGarbage } from '../workload/garbage.ts'
import { NORMAL_NETWORK } from '../world.ts'
import { type Fault, type FaultContext, pickClient } from './fault.ts'

const SLOW_NETWORK = { minMs: 20, maxMs: 400 }
const HOUR_MS = 3_600_000
const CUT_PROBABILITY = 0.05
const BREAK_PROBABILITY = 0.3
const MAX_GARBAGE_CONNECTIONS = 10

export const slowNetwork: Fault = async ({ world, random }) => {
  world.noteFault('slow-network', '')
  Object.assign(world.networkLatency, SLOW_NETWORK)
  await world.sleep(between(random, 500, 3000))
  Object.assign(world.networkLatency, NORMAL_NETWORK)
}

/** Breaks what is open between the broker and a client, for both ends or for one; or some of what arrives, for a while. */
export const cutConnections: Fault = async (context) => {
  const { world, random } = context
  const client = pickClient(context)
  const way = pick(random, ['both ends', 'one end', 'by chance'])
  world.noteFault('cut-connections', `${way}, ${client}`)
  if (way === 'both ends') world.network.cut(BROKER_HOST, client)
  if (way === 'one end') world.network.cutOneEnd(...inAnyOrder(context, BROKER_HOST, client))
  if (way !== 'by chance') return
  world.network.setCutProbability(CUT_PROBABILITY)
  await world.sleep(between(random, 200, 2000))
  world.network.setCutProbability(0)
}

/** The answer of three produce requests in ten is lost with its connection: what they brought is written, and comes again. */
export const loseAnswers: Fault = (context) => breakProduces(context, 'lost-answers')

/** As above, but the broker gets what they brought when it may have come again already, or the client has gone on without it. */
export const delayRequests: Fault = (context) => breakProduces(context, 'late-requests')

async function breakProduces({ world, random }: FaultContext, kind: 'lost-answers' | 'late-requests'): Promise<void> {
  const { produceBreaker: breaker } = world
  const before = breaker.count
  breaker.isLate = kind === 'late-requests'
  breaker.probability = BREAK_PROBABILITY
  await world.sleep(between(random, 500, 4000))
  breaker.probability = 0
  if (breaker.count > before) world.noteFault(kind, `${breaker.count - before} connections`)
}

/** Nothing gets through from one machine to the other, or in both directions. */
export const blockOneWay: Fault = async (context) => {
  const { world, random } = context
  const [from, to] = inAnyOrder(context, BROKER_HOST, pickClient(context))
  world.noteFault('one-way-block', `${from} to ${to}`)
  world.network.block(from, to)
  if (random.chance(0.2)) world.network.block(to, from)
  await world.sleep(between(random, 200, 4000))
  world.network.heal()
}

/** The wall clock of the broker or of a client jumps by up to an hour, forward or back, and stays there. */
export const jumpClock: Fault = async (context) => {
  const { world, random } = context
  const byMs = between(random, -HOUR_MS, HOUR_MS)
  const whose = random.chance(0.6) ? BROKER_HOST : pickClient(context)
  const doors = whose === BROKER_HOST ? world.broker.doors : world.clients.get(whose)
  if (doors === undefined) return
  world.noteFault('clock-jump', `${whose} by ${byMs} ms`)
  doors.clock.jumpWallClock(byMs)
}

/** Somebody connects and talks nonsense. */
export const talkNonsense: Fault = async ({ world, random }) => {
  const doors = world.doorsOf('stranger')
  const count = between(random, 1, MAX_GARBAGE_CONNECTIONS)
  const sent = await Promise.all(Array.from({ length: count }, () => sendGarbage(doors, random)))
  if (sent.includes(true)) world.noteFault('garbage', `${count} connections`)
}

function inAnyOrder({ random }: FaultContext, one: string, other: string): [string, string] {
  return random.chance(0.5) ? [one, other] : [other, one]
}
