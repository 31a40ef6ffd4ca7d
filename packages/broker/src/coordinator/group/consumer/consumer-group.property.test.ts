import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConsumerHistory } from '../../testing-support/consumer-history.ts'
import { GROUP, GroupRig } from '../../testing-support/group-rig.ts'
import { type ModelBeat, ModelConsumer } from '../../testing-support/model-consumer.ts'
import { imageOf, topicImage } from '../../testing-support/topic-images.ts'
import type { GroupShard } from '../group-shard.ts'

const CONSUMERS = 4
const MAX_PARTITIONS = 6
const FULL_MS = 30
/** As short as the broker allows. */
const settings = { 'group.consumer.session.timeout.ms': '6000', 'group.consumer.heartbeat.interval.ms': '1000' }

interface World {
  readonly rig: GroupRig
  readonly consumers: readonly ModelConsumer[]
  /** Fewest partitions that `orders` has had: of those above, offsets may be gone. */
  fewest: number
  topicId: number
}
type Step = (world: World) => unknown

const consumerStep = (act: (consumer: ModelConsumer, number: number) => unknown): fc.Arbitrary<Step> =>
  fc.tuple(fc.nat({ max: CONSUMERS - 1 }), fc.nat({ max: 7 })).map(
    ([index, number]) =>
      ({ consumers }) =>
        act(consumers[index] as ModelConsumer, number),
  )

function beatOf(number: number): ModelBeat {
  return {
    maxWaitMs: number % 2 === 0 ? 0 : 1000,
    isLost: number === 7,
    isSlow: number > 4,
    rebalanceTimeoutMs: number > 5 ? 4000 + number : -1,
  }
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 45, arbitrary: consumerStep((one, n) => one.beat(beatOf(n))) },
  { weight: 10, arbitrary: consumerStep((one, n) => one.commit(n)) },
  { weight: 12, arbitrary: consumerStep((one, n) => one.commitAsZombie(n)) },
  { weight: 1, arbitrary: consumerStep((one) => one.leave()) },
  { weight: 1, arbitrary: consumerStep((one) => one.crash()) },
  { weight: 1, arbitrary: consumerStep((one) => one.joinAgain()) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(5, 5, 50, 300, 1000, 4500, 6500).map(
      (ms): Step =>
        ({ rig }) =>
          rig.doors.clock.sleep(ms),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>(({ rig }) => rig.log.lose()) },
  { weight: 1, arbitrary: fc.constant<Step>(({ rig }) => rig.restart()) },
  {
    weight: 1,
    arbitrary: fc.constant<Step>(({ rig }) => {
      rig.log.isFull = true
      rig.doors.clock.setTimer(FULL_MS, () => {
        rig.log.isFull = false
      })
    }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.integer({ min: 0, max: MAX_PARTITIONS }), fc.boolean()).map(
      ([count, isNew]): Step =>
        (world) =>
          setTopic(world, { count, isNew }),
    ),
  },
)

/** Partitions only grow while it is the same topic; without any it is gone. */
async function setTopic(world: World, { count, isNew }: { readonly count: number; readonly isNew: boolean }): Promise<void> {
  const before = world.rig.image.topics.get('orders')?.partitions.length ?? 0
  const isSame = count >= before && !isNew && before > 0
  if (!isSame) {
    world.topicId++
    world.fewest = 0
  }
  await world.rig.setImage(imageOf(count === 0 ? [] : [topicImage('orders', count, world.topicId)])).catch(() => undefined)
}

/** What the records say of a shard. */
function recorded(state: GroupShard) {
  const group = state.groups.get(GROUP)
  if (group?.type !== 'consumer') return undefined
  const { epoch, assignmentEpoch, metadataHash } = group
  const byId = (one: { readonly memberId: string }, other: { readonly memberId: string }) => (one.memberId < other.memberId ? -1 : 1)
  const members = [...group.members.values()].sort(byId)
  return {
    group: { epoch, assignmentEpoch, metadataHash, state: group.state },
    members: members.map(({ memberId, metadata, current }) => ({ memberId, metadata, current, target: group.targetOf(memberId) })),
    offsets: [...(state.offsetsOf(GROUP)?.all() ?? [])].sort((one, other) => one.partition - other.partition),
  }
}

/** Nothing fails any more, nobody comes or goes, everybody does what it is told: those who are gone time out, and the rest share what there is. */
async function calmDown({ rig, consumers }: World): Promise<void> {
  rig.log.isFull = false
  if (!rig.image.topics.has('orders')) await rig.setImage(imageOf([topicImage('orders', MAX_PARTITIONS, 200)])).catch(() => undefined)
  await rig.whenLoaded()
  for (let tenths = 0; tenths < 160; tenths++) {
    for (const consumer of consumers) consumer.beat({ maxWaitMs: 1000, isLost: false, isSlow: false, rebalanceTimeoutMs: -1 })
    await rig.doors.clock.sleep(100)
  }
}

describe('a group of the consumer protocol, whatever its members and its coordinator go through', () => {
  it('has one owner a partition, no commits of the past, and becomes stable; a reload changes nothing', async () => {
    const total = { assignments: 0, commits: 0, refusals: 0 }
    const delays = fc.constantFrom(0, 3, 40)
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 160 }), delays, fc.nat(), async (steps, commitDelayMs, seed) => {
        await GroupRig.run(
          settings,
          async (rig) => {
            rig.log.commitDelayMs = commitDelayMs
            const history = new ConsumerHistory(rig)
            const consumers = Array.from({ length: CONSUMERS }, (_, index) => new ModelConsumer(rig, history, `m${index}`))
            const world: World = { rig, consumers, fewest: MAX_PARTITIONS, topicId: 1 }
            for (const act of steps) {
              await act(world)
              await rig.doors.clock.sleep(1)
              for (const consumer of consumers) await consumer.check()
            }
            await calmDown(world)
            await history.checkOffsets((partition) => partition >= world.fewest)
            expect(history.violations).toEqual([])
            const state = await rig.see(recorded)
            expect(state?.group.state).toBe('Stable')
            const partitions = rig.image.topics.get('orders')?.partitions.length ?? 0
            const shares = consumers.map(({ numbers }) => numbers)
            expect(shares.flat().sort()).toEqual(Array.from({ length: partitions }, (_, partition) => partition))
            const sizes = shares.map(({ length }) => length)
            expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
            const reloaded = rig.openShard()
            await rig.whenLoaded(reloaded)
            expect(await rig.see(recorded, reloaded)).toEqual(await rig.see(recorded))
            await reloaded.close()
            for (const cut of [0.5, 1]) expect(recorded(await rig.loadCompacted(cut))).toEqual(await rig.see(recorded))
            total.assignments += history.assignments
            total.commits += history.commits
            total.refusals += history.refusals
          },
          seed,
        )
      }),
      { numRuns: 200 },
    )
    // Most of it must have worked, or nothing was tested.
    expect(total.assignments).toBeGreaterThan(2000)
    expect(total.commits).toBeGreaterThan(200)
    expect(total.refusals).toBeGreaterThan(200)
  })
})
