import { ClusterWatch, type Interest } from './model/cluster-poll.ts'
import type { ClusterReader } from './model/cluster-reader.ts'
import { type DashboardClock, Poller, type PollHealth } from './model/poller.ts'
import { SnapshotBuilder } from './model/snapshot-builder.ts'
import { snapshotFile } from './model/snapshot-file.ts'
import { reasonOf } from './screens/reason.ts'
import type { Effect } from './ui/effects.ts'
import type { KeyPress } from './ui/key-press.ts'
import { groupNamed } from './ui/lists.ts'
import { back, replacePlace } from './ui/places.ts'
import { planReset } from './ui/plan-reset.ts'
import type { ResetDraft } from './ui/reset-draft.ts'
import {
  type DashboardFacts,
  type DashboardState,
  initialUi,
  type PlaceKind,
  placeOf,
  type Size,
  type Ui,
  type ViewName,
} from './ui/state.ts'
import { press } from './ui/update.ts'
import type { Style } from './view/line.ts'

/** Records whose times were read, at most; the oldest are forgotten first. */
const MAX_EXACT_TIMES = 100

/** What the dashboard does beyond the terminal's screen. */
export interface DashboardOutside {
  /** Puts a text on the user's clipboard. */
  copy(text: string): void
  /** Writes a file and says where it is. */
  writeFile(name: string, text: string): Promise<string>
}

/** What a dashboard is made of. */
export interface DashboardOptions {
  readonly reader: ClusterReader
  readonly clock: DashboardClock
  readonly outside: DashboardOutside
  readonly facts: DashboardFacts
  readonly refreshMs: number
  readonly view: ViewName
  readonly isIssuesOnly: boolean
  readonly groupPattern?: RegExp | undefined
  readonly ignoredGroups?: readonly RegExp[]
  readonly size: Size
}

const clusterPlaces: readonly PlaceKind[] = ['topics', 'topic', 'partition', 'leaders', 'brokers']

function interestOf(ui: Ui): Interest {
  return clusterPlaces.includes(placeOf(ui).kind) ? 'cluster' : 'groups'
}

/**
 * The dashboard without its terminal: polls, holds one immutable state, and changes it by keys. Whoever draws it subscribes and draws the state.
 */
export class Dashboard {
  readonly #options: DashboardOptions
  readonly #watch: ClusterWatch
  readonly #builder: SnapshotBuilder
  readonly #poller: Poller
  readonly #end = new AbortController()
  readonly #listeners = new Set<() => void>()
  #planning = new AbortController()
  #state: DashboardState

  constructor(options: DashboardOptions) {
    const { reader, clock, facts, refreshMs, groupPattern, ignoredGroups = [], size } = options
    this.#options = options
    this.#watch = new ClusterWatch({ reader, groupPattern, ignoredGroups, elapsedMs: () => clock.elapsedMs() })
    this.#builder = new SnapshotBuilder(facts.historyMs)
    const ui = initialUi(options)
    const health: PollHealth = { lastGoodMs: undefined, failure: undefined, isLate: false, nextTryMs: undefined, nowMs: clock.now() }
    this.#state = { facts, snapshot: undefined, health, exactTimes: [], ui, size }
    this.#watch.interest = interestOf(ui)
    this.#poller = new Poller({
      clock,
      refreshMs,
      poll: (signal) => this.#poll(signal),
      onHealth: (next) => this.#change({ health: next }),
    })
  }

  /** The state of now; the same object until something changes. */
  readonly state = (): DashboardState => this.#state

  /** Calls back after each change, until the function returned is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Polls until `quit` is called or the user quits. */
  async run(): Promise<void> {
    await this.#poller.run(this.#end.signal)
  }

  /** Ends `run`. */
  quit(): void {
    this.#end.abort()
  }

  /** The terminal has another size. */
  resize(size: Size): void {
    this.#change({ size })
  }

  /** A key was pressed. */
  press(key: KeyPress): void {
    const before = this.#state.ui
    const { ui, effects } = press(this.#state, key)
    this.#change({ ui })
    if (ui.refreshMs !== before.refreshMs) this.#poller.setRefresh(ui.refreshMs)
    if (ui.isPaused !== before.isPaused) this.#poller.setPaused(ui.isPaused)
    this.#follow(ui)
    for (const effect of effects) this.#run(effect)
  }

  /** What is shown has to be fresh: a screen that needs more asks for it at once. */
  #follow(ui: Ui): void {
    const interest = interestOf(ui)
    if (interest === this.#watch.interest) return
    this.#watch.interest = interest
    if (interest !== 'groups' && !ui.isPaused) this.#poller.pollNow()
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const poll = await this.#watch.poll(signal)
    const snapshot = this.#builder.build(poll)
    // The health that follows a poll is told by the poller; this one is the data's.
    this.#change({ snapshot, health: { ...this.#state.health, nowMs: this.#options.clock.now() } })
  }

  #run(effect: Effect): void {
    switch (effect.kind) {
      case 'quit':
        this.quit()
        break
      case 'poll-now':
        this.#poller.pollNow()
        break
      case 'copy':
        this.#options.outside.copy(effect.text)
        this.#notice(`Copied: ${effect.text}`, 'info')
        break
      case 'export':
        this.#attempt('write the file', () => this.#export())
        break
      case 'plan-reset':
        this.#attempt('plan the reset', () => this.#planReset())
        break
      case 'apply-reset':
        this.#attempt('reset the offsets', () => this.#applyReset())
        break
      case 'exact-time':
        this.#attempt('read the record', () => this.#readExactTime(effect))
        break
    }
  }

  /** Work that a key asked for. Its failure is a notice: the dashboard goes on. */
  #attempt(what: string, work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      if (!this.#end.signal.aborted) this.#notice(`Cannot ${what}: ${reasonOf(error)}.`, 'bad')
    })
  }

  async #export(): Promise<void> {
    const { snapshot, health } = this.#state
    if (snapshot === undefined) return
    const at = new Date(health.lastGoodMs ?? health.nowMs).toISOString()
    const path = await this.#options.outside.writeFile(`kafka-ts-dashboard-${at.replaceAll(':', '-')}.json`, snapshotFile(snapshot, at))
    this.#notice(`Written to ${path}`, 'info')
  }

  async #planReset(): Promise<void> {
    this.#planning.abort()
    const planning = new AbortController()
    this.#planning = planning
    const draft = this.#draft()
    const lag = draft === undefined ? undefined : groupNamed(this.#state, draft.groupId)?.lag
    if (draft === undefined || lag === undefined) return
    const { reader, clock } = this.#options
    const signal = AbortSignal.any([planning.signal, this.#end.signal])
    const plan = await planReset(draft, { reader, lag, nowMs: clock.now(), signal }).catch((error: unknown) => ({
      state: 'failed' as const,
      reason: reasonOf(error),
    }))
    const now = this.#draft()
    if (now !== undefined && !planning.signal.aborted) this.#changeDraft({ ...now, plan })
  }

  async #applyReset(): Promise<void> {
    const draft = this.#draft()
    if (draft?.plan.state !== 'planned') return
    const offsets = draft.plan.steps.map(({ topic, partition, to }) => ({ topic, partition, offset: to }))
    await this.#options.reader.setOffsets(draft.groupId, offsets, this.#end.signal)
    this.#change({ ui: back(this.#state.ui) })
    this.#notice(`Reset ${offsets.length} partitions of ${draft.groupId}.`, 'good')
    this.#poller.pollNow()
  }

  async #readExactTime({ groupId, topic, partition, offset }: Extract<Effect, { kind: 'exact-time' }>): Promise<void> {
    const timeMs = await this.#options.reader.recordTimeMs({ topic, partition }, offset, this.#end.signal)
    if (timeMs === undefined) return this.#notice(`There is no record at offset ${offset} of ${topic}/${partition}.`, 'warn')
    const others = this.#state.exactTimes.filter((time) => time.groupId !== groupId || time.topic !== topic || time.partition !== partition)
    const exactTimes = [...others, { groupId, topic, partition, offset, timeMs }].slice(-MAX_EXACT_TIMES)
    this.#change({ exactTimes })
  }

  #draft(): ResetDraft | undefined {
    const place = placeOf(this.#state.ui)
    return place.kind === 'reset' ? place.draft : undefined
  }

  #changeDraft(draft: ResetDraft): void {
    const { ui } = this.#state
    const place = placeOf(ui)
    if (place.kind === 'reset') this.#change({ ui: replacePlace(ui, { ...place, draft }) })
  }

  #notice(text: string, style: Style): void {
    this.#change({ ui: { ...this.#state.ui, notice: { text, style } } })
  }

  #change(changes: Partial<DashboardState>): void {
    this.#state = { ...this.#state, ...changes }
    for (const listener of this.#listeners) listener()
  }
}
