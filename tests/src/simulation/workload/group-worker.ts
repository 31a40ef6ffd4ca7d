import type { Kafka } from '@kafka-ts/client'
import type { SeededRandom } from '@kafka-ts/io/simulated'
import { type Place, placeName } from '../history.ts'
import type { GroupPlan } from '../plan.ts'
import type { World } from '../world.ts'
import { GroupMemberWorker } from './group-member-worker.ts'

const WATCH_EVERY_MS = 300
const MAX_ABSENCE_MS = 3000

/** A group whose members are killed, leave and come back, and somebody who watches what it has committed and who owns what. */
export class GroupWorker {
  readonly #world: World
  readonly #plan: GroupPlan
  readonly #random: SeededRandom
  readonly #watcher: Kafka
  /** By place in the group; undefined while nobody has it. */
  readonly #members: (GroupMemberWorker | undefined)[]
  readonly #gone: Promise<void>[] = []
  readonly #committed = new Map<string, number>()
  #churning: Promise<void> = Promise.resolve()
  #lives = 0
  #isSettling = false
  #isClosed = false

  constructor(world: World, plan: GroupPlan) {
    this.#world = world
    this.#plan = plan
    this.#random = world.random('group')
    this.#watcher = world.client('group-watcher')
    this.#members = plan.members.map((_, place) => this.#join(place))
  }

  get topics(): readonly string[] {
    return this.#plan.topics
  }

  /** What the group was last seen to have committed. */
  committed(place: Place): number | undefined {
    return this.#committed.get(placeName(place))
  }

  /** For messages: what each member thinks. */
  describe(): string {
    return this.#members.map((member) => member?.describe() ?? 'nobody').join('\n')
  }

  /** Resolves when it is closed. */
  async run(): Promise<void> {
    this.#churning = this.#churn()
    await Promise.all([this.#churning, this.#watch()])
    await Promise.all(this.#gone)
  }

  /** From here on everybody stays, and works as fast as it can. */
  settleDown(): void {
    this.#isSettling = true
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#churning
    await Promise.all(this.#members.map((member) => member?.leave()))
  }

  async #churn(): Promise<void> {
    while (!this.#isSettling) {
      await this.#world.sleep(this.#random.below(this.#plan.maxPauseMs))
      if (this.#isSettling) break
      const place = this.#random.below(this.#members.length)
      const member = this.#members[place]
      if (member === undefined) continue
      this.#members[place] = undefined
      if (this.#random.chance(0.5)) member.kill()
      else this.#gone.push(member.leave())
      await this.#world.sleep(this.#random.below(MAX_ABSENCE_MS))
      this.#members[place] = this.#join(place)
    }
  }

  #join(place: number): GroupMemberWorker {
    const plan = this.#plan.members[place]
    if (plan === undefined) throw new TypeError(`the group has no place ${place}`)
    const member = new GroupMemberWorker(this.#world, {
      name: `member-${place}-${this.#lives++}`,
      place,
      group: this.#plan,
      plan,
      isHurrying: () => this.#isSettling,
    })
    this.#gone.push(member.run())
    return member
  }

  async #watch(): Promise<void> {
    while (!this.#isClosed) {
      await this.#lookAtOffsets()
      await this.#lookAtOwners()
      await this.#world.sleep(WATCH_EVERY_MS)
    }
  }

  async #lookAtOffsets(): Promise<void> {
    const { admin } = this.#watcher
    const askedMs = this.#world.nowMs
    const outcomes = await this.#world.operate('group-watcher', 'offsets', () => admin.fetchGroupOffsets([this.#plan.name]))
    for (const { topic, partition, offset } of outcomes?.[0]?.offsets ?? []) {
      this.#committed.set(placeName({ topic, partition }), offset)
      this.#world.history.add({ f: 'group-offset', topic, partition, askedMs, offset })
    }
  }

  async #lookAtOwners(): Promise<void> {
    const { admin } = this.#watcher
    const askedMs = this.#world.nowMs
    const group = await this.#world.operate('group-watcher', 'owners', () => admin.describeGroup(this.#plan.name))
    const owners = (group?.members ?? []).flatMap(({ memberId, assignment }) =>
      assignment.map(({ topic, partition }) => ({ member: memberId, topic, partition })),
    )
    if (group === undefined) return
    const members = group.members.map(({ memberId }) => memberId)
    this.#world.history.add({ f: 'ownership', askedMs, epoch: group.groupEpoch, members, owners })
  }
}
