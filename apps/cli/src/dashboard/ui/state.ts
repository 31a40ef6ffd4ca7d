import type { PartitionName } from '../model/cluster-reader.ts'
import type { PollHealth } from '../model/poller.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { NumberStyle } from '../view/format.ts'
import type { Style } from '../view/line.ts'
import type { ResetDraft } from './reset-draft.ts'

/** The row the cursor is on, by its key, so that it stays there when rows move; and by its position, for when it is gone. */
export interface Cursor {
  readonly key: string | undefined
  readonly index: number
  /** The first row on the screen. */
  readonly top: number
}

/** Where the user is. */
export type Place = { readonly cursor: Cursor } & (
  | { readonly kind: 'groups' }
  | { readonly kind: 'topics' }
  | { readonly kind: 'leaders' }
  | { readonly kind: 'brokers' }
  | { readonly kind: 'group'; readonly groupId: string; readonly tab: 'partitions' | 'members' }
  | { readonly kind: 'topic'; readonly topic: string }
  | ({ readonly kind: 'partition'; readonly groupId: string | undefined } & PartitionName)
  | { readonly kind: 'help' }
  | { readonly kind: 'reset'; readonly draft: ResetDraft }
)
export type PlaceKind = Place['kind']

/** The lists that can be sorted and filtered, each in its own way. */
export type ListName = 'groups' | 'topics' | 'problems' | 'brokers' | 'partitions' | 'members' | 'topic-groups'

/** How a list is sorted and filtered. */
export interface ListSettings {
  /** The id of a column. */
  readonly sort: string
  readonly isDescending: boolean
  /** As it was typed; '' for none. */
  readonly filter: string
}

/** A word to the user that lasts until the next key. */
export interface Notice {
  readonly text: string
  readonly style: Style
}

/** What the user has chosen. */
export interface Ui {
  /** The path to where the user is: never empty, the last is on screen. */
  readonly places: readonly Place[]
  readonly lists: Readonly<Record<ListName, ListSettings>>
  /** The filter is being typed. */
  readonly isFiltering: boolean
  readonly isPaused: boolean
  readonly refreshMs: number
  readonly isIssuesOnly: boolean
  readonly showsEmpty: boolean
  readonly isWide: boolean
  readonly numbers: NumberStyle
  /** On the leaders screen: only partitions of one problem. */
  readonly problem: 'under-replicated' | 'not preferred' | undefined
  readonly notice: Notice | undefined
}

/** The time of the record at a committed offset, read on demand. */
export interface ExactTime extends PartitionName {
  readonly groupId: string
  readonly offset: number
  readonly timeMs: number
}

/** What does not change while the dashboard runs. */
export interface DashboardFacts {
  /** The context, or the first broker. */
  readonly clusterName: string
  readonly canWrite: boolean
  readonly historyMs: number
  /** As it was given; undefined for none. */
  readonly groupPattern: string | undefined
}

/** Columns and rows of the terminal. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

/** Everything a frame is drawn from; changed only by making a new one. */
export interface DashboardState {
  readonly facts: DashboardFacts
  /** undefined until the first poll. */
  readonly snapshot: Snapshot | undefined
  readonly health: PollHealth
  readonly exactTimes: readonly ExactTime[]
  readonly ui: Ui
  readonly size: Size
}

const TOP: Cursor = { key: undefined, index: 0, top: 0 }

/** A cursor at the top of a list. */
export function cursorAtTop(): Cursor {
  return TOP
}

/** The place on screen. */
export function placeOf({ places }: Pick<Ui, 'places'>): Place {
  return places.at(-1)!
}

/** The first views, by the digit that opens them. */
export const viewNames = ['groups', 'topics', 'leaders', 'brokers'] as const
export type ViewName = (typeof viewNames)[number]

/** Whether a place is one of the first views. */
export function isView(kind: PlaceKind): kind is ViewName {
  return (viewNames as readonly string[]).includes(kind)
}

/** What the user finds at the start. */
export function initialUi({ refreshMs, isIssuesOnly, view }: { refreshMs: number; isIssuesOnly: boolean; view: ViewName }): Ui {
  const byLag = { sort: 'lag', isDescending: true, filter: '' }
  const byName = { sort: 'name', isDescending: false, filter: '' }
  return {
    places: [{ kind: view, cursor: TOP }],
    lists: {
      groups: byLag,
      topics: byName,
      problems: { ...byName, sort: 'state' },
      brokers: byName,
      partitions: byLag,
      members: byLag,
      'topic-groups': byLag,
    },
    isFiltering: false,
    isPaused: false,
    refreshMs,
    isIssuesOnly,
    showsEmpty: false,
    isWide: false,
    numbers: 'human',
    problem: undefined,
    notice: undefined,
  }
}
