import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GroupHistory } from '../testing-support/group-history.ts'
import { GROUP, GroupRig } from '../testing-support/group-rig.ts'
import { ModelClient, PARTITIONS } from '../testing-support/model-client.ts'
import type { ClassicGroup } from './classic-group.ts'
import type { GroupShard } from './group-shard.ts'

const CLIENTS = 4
/** How long the disk stays full. */
const FULL_MS = 20
const client = fc.nat({ max: CLIENTS - 1 })
const partition = fc.nat({ max: PARTITIONS - 1 })

/** One thing that happens. */
type Step = (world: {
  readonly rig: GroupRig
  readonly clients: readonly ModelClient[]
  readonly history: GroupHistory
}) => Promise<void> | void

const clientStep = (act: (one: ModelClient, number: number) => Promise<void> | void): fc.Arbitrary<Step> =>
  fc.tuple(client, partition).map(
    ([index, number]) =>
      ({ clients }) =>
        act(clients[index] as ModelClient, number),
  )

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 50, arbitrary: clientStep((one, likes) => one.proceed(likes)) },
  { weight: 3, arbitrary: clientStep((one, likes) => one.join(likes)) },
  { weight: 3, arbitrary: clientStep((one) => one.sync()) },
  { weight: 3, arbitrary: clientStep((one) => one.heartbeat()) },
  { weight: 8, arbitrary: clientStep((one, number) => one.commit(number)) },
  { weight: 4, arbitrary: clientStep((one, number) => one.commitAsZombie(number)) },
  { weight: 1, arbitrary: clientStep((one) => one.leave()) },
  { weight: 1, arbitrary: clientStep((one) => one.crash()) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(5, 5, 50, 50, 500, 4000, 12_000, 31_000).map(
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
)

/** What the records say of a shard: a group that is between two records, or has none, is left out. */
function recorded(state: GroupShard) {
  const groups = [...state.groups.values()].filter(
    (group) => group.type === 'classic' && (group.state === 'Stable' || group.state === 'Empty') && group.stateTimestampMs >= 0,
  ) as ClassicGroup[]
  return {
    groups: groups.map((group) => [
      group.groupId,
      group.state,
      group.leaderId,
      group.toMetadata(({ assignment }) => assignment, group.stateTimestampMs),
    ]),
    offsets: [...(state.offsetsOf(GROUP)?.all() ?? [])],
  }
}

describe('a classic group, whatever its members and its coordinator go through', () => {
  it('has one owner a partition and generation, rising generations, no commits of the past; a reload changes nothing', async () => {
    const total = { assignments: 0, commits: 0, refusals: 0, compared: 0 }
    const delays = fc.constantFrom(0, 3, 40)
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 160 }), delays, fc.nat(), async (steps, commitDelayMs, seed) => {
        await GroupRig.run(
          { 'group.initial.rebalance.delay.ms': seed % 2 === 0 ? '0' : '300' },
          async (rig) => {
            rig.log.commitDelayMs = commitDelayMs
            const history = new GroupHistory(rig)
            const clients = Array.from({ length: CLIENTS }, () => new ModelClient(rig, history))
            for (const act of steps) {
              await act({ rig, clients, history })
              await rig.doors.clock.sleep(1)
            }
            await rig.doors.clock.sleep(100)
            await rig.whenLoaded()
            await history.checkOffsets()
            expect(history.violations).toEqual([])
            const reloaded = rig.openShard()
            await rig.whenLoaded(reloaded)
            const before = await rig.see(recorded)
            const after = await rig.see(recorded, reloaded)
            expect(after.offsets).toEqual(before.offsets)
            if (before.groups.length > 0) expect(after.groups).toEqual(before.groups)
            total.compared += before.groups.length
            total.assignments += history.assignments
            total.commits += history.commits
            total.refusals += history.refusals
            await reloaded.close()
          },
          seed,
        )
      }),
      { numRuns: 500 },
    )
    // Most of it must have worked, or nothing was tested.
    expect(total.assignments).toBeGreaterThan(700)
    expect(total.commits).toBeGreaterThan(700)
    expect(total.refusals).toBeGreaterThan(700)
    expect(total.compared).toBeGreaterThan(30)
  })
})
