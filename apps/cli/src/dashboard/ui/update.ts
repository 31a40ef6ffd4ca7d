import type { PartitionName } from '../model/cluster-reader.ts'
import { hiddenHelpLines } from '../screens/help-screen.ts'
import { bodyHeight } from '../view/page.ts'
import { only, type Update } from './effects.ts'
import type { KeyPress } from './key-press.ts'
import { type ListView, resolveCursor } from './list-view.ts'
import { groupNamed, listOf, partitionRows } from './lists.ts'
import { back, open, replacePlace } from './places.ts'
import { newDraft, quote } from './reset-draft.ts'
import {
  cursorAtTop,
  type DashboardState,
  isView,
  type ListSettings,
  type Place,
  placeOf,
  type Ui,
  type ViewName,
  viewNames,
} from './state.ts'
import { pressInReset } from './update-reset.ts'

/** Times between polls that + and - go through. */
const REFRESH_STEPS_MS: readonly number[] = [500, 1000, 2000, 5000, 10_000, 30_000, 60_000]

/** Works out what a key does. Letters never act while a text is being typed. */
export function press(state: DashboardState, key: KeyPress): Update {
  const quiet: DashboardState = { ...state, ui: { ...state.ui, notice: undefined } }
  if (key.name === 'ctrl' && key.text === 'c') return { ui: quiet.ui, effects: [{ kind: 'quit' }] }
  if (quiet.ui.isFiltering) return only(pressInFilter(quiet, key))
  if (placeOf(quiet.ui).kind === 'reset') return pressInReset(quiet, key)
  return pressInPlace(quiet, key) ?? pressInList(quiet, key) ?? pressAnywhere(quiet, key) ?? only(quiet.ui)
}

function pressInFilter({ ui, ...rest }: DashboardState, key: KeyPress): Ui {
  const list = listOf({ ui, ...rest })
  if (list === undefined) return { ...ui, isFiltering: false }
  const { filter } = list.settings
  switch (key.name) {
    case 'enter':
      return { ...ui, isFiltering: false }
    case 'escape':
      return withList({ ...ui, isFiltering: false }, list, { ...list.settings, filter: '' })
    case 'backspace':
      return withList(ui, list, { ...list.settings, filter: [...filter].slice(0, -1).join('') })
    case 'text':
      return withList(ui, list, { ...list.settings, filter: filter + key.text })
    default:
      return ui
  }
}

function withList(ui: Ui, { name }: ListView, settings: ListSettings): Ui {
  return { ...ui, lists: { ...ui.lists, [name]: settings } }
}

/** Keys that every place knows. */
function pressAnywhere(state: DashboardState, key: KeyPress): Update | undefined {
  const { ui } = state
  if (key.name === 'escape') return only(back(ui))
  if (key.name === 'ctrl') {
    if (key.text === 'r') return { ui, effects: [{ kind: 'poll-now' }] }
    return key.text === 'e' ? { ui, effects: [{ kind: 'export' }] } : undefined
  }
  const view = viewNames[Number(key.text) - 1]
  if (key.name === 'text' && view !== undefined) return only({ ...ui, places: [{ kind: view, cursor: cursorAtTop() }] })
  switch (key.text) {
    case 'q':
      return { ui, effects: [{ kind: 'quit' }] }
    case '?':
      return only(placeOf(ui).kind === 'help' ? back(ui) : open(ui, { kind: 'help', cursor: cursorAtTop() }))
    case 'p':
      return only({ ...ui, isPaused: !ui.isPaused })
    case '+':
    case '=':
      return only(withRefresh(ui, 1))
    case '-':
      return only(withRefresh(ui, -1))
    case 'h':
      return only({ ...ui, numbers: ui.numbers === 'human' ? 'exact' : 'human' })
    case 'w':
      return only({ ...ui, isWide: !ui.isWide })
    case 'i':
      return only({ ...ui, isIssuesOnly: !ui.isIssuesOnly })
    case 'a':
      return only({ ...ui, showsEmpty: !ui.showsEmpty })
    default:
      return undefined
  }
}

/** + polls more often, - less. */
function withRefresh(ui: Ui, direction: 1 | -1): Ui {
  const faster = REFRESH_STEPS_MS.findLast((step) => step < ui.refreshMs)
  const slower = REFRESH_STEPS_MS.find((step) => step > ui.refreshMs)
  return { ...ui, refreshMs: (direction === 1 ? faster : slower) ?? ui.refreshMs }
}

/** Keys of one kind of place. */
function pressInPlace(state: DashboardState, key: KeyPress): Update | undefined {
  const { ui } = state
  const place = placeOf(ui)
  if (place.kind === 'leaders' && (key.text === 'u' || key.text === 'n')) {
    const wanted = key.text === 'u' ? 'under-replicated' : 'not preferred'
    return only({ ...ui, problem: ui.problem === wanted ? undefined : wanted })
  }
  if (place.kind === 'group') {
    if (key.name === 'tab')
      return only(replacePlace(ui, { ...place, tab: place.tab === 'partitions' ? 'members' : 'partitions', cursor: cursorAtTop() }))
    if (key.text === 'x') return openReset(state, place.groupId, undefined)
    if (key.text === 't' && place.tab === 'partitions') return exactTime(state, place.groupId)
    if (key.text === 'y') return copy(ui, `kafka-ts groups describe ${quote(place.groupId)}`)
  }
  if (place.kind === 'help') {
    const most = hiddenHelpLines(state.size)
    const steps = moveBy(key, { page: state.size.rows, count: most })
    if (steps === undefined) return undefined
    const top = Math.max(0, Math.min(most, place.cursor.top + steps))
    return only(replacePlace(ui, { ...place, cursor: { ...place.cursor, top } }))
  }
  if (place.kind === 'partition') {
    if (key.text === 'x' && place.groupId !== undefined)
      return openReset(state, place.groupId, { topic: place.topic, partition: place.partition })
    if (key.text === 'y') return copy(ui, `${place.topic}/${place.partition}`)
  }
  return undefined
}

function openReset(state: DashboardState, groupId: string, scope: PartitionName | undefined): Update {
  if (groupNamed(state, groupId) === undefined) return only(state.ui)
  const draft = newDraft(groupId, scope, state.health.nowMs)
  return { ui: open(state.ui, { kind: 'reset', draft, cursor: cursorAtTop() }), effects: [{ kind: 'plan-reset' }] }
}

function exactTime(state: DashboardState, groupId: string): Update {
  const list = listOf(state)
  const row = groupNamed(state, groupId)
  const key = list === undefined ? undefined : selectedKey(state, list)
  const partition = row === undefined ? undefined : partitionRows(row, state).find((candidate) => candidate.key === key)?.lag
  if (typeof partition?.committedOffset !== 'number') return only(state.ui)
  if (partition.lag === 0) return only({ ...state.ui, notice: { text: 'It has read everything: its time lag is 0.', style: 'info' } })
  const { topic, partition: number, committedOffset: offset } = partition
  return { ui: state.ui, effects: [{ kind: 'exact-time', groupId, topic, partition: number, offset }] }
}

function copy(ui: Ui, text: string): Update {
  return { ui, effects: [{ kind: 'copy', text }] }
}

/** Keys of lists: moving, opening, sorting, filtering. */
function pressInList(state: DashboardState, key: KeyPress): Update | undefined {
  const { ui } = state
  const list = listOf(state)
  if (list === undefined) return undefined
  const steps = moveBy(key, { page: bodyHeight(state), count: list.count })
  if (steps !== undefined) return only(move(state, list, steps))
  if (key.name === 'enter' || key.text === 'd') return only(openRow(state, list))
  if (key.name === 'escape' && list.settings.filter !== '') return only(withList(ui, list, { ...list.settings, filter: '' }))
  if (key.name !== 'text') return undefined
  if (key.text === '/') return only({ ...ui, isFiltering: true })
  if (key.text === 's') return only(withList(ui, list, nextSort(list)))
  if (key.text === 'y') {
    const selected = selectedKey(state, list)
    return selected === undefined ? only(ui) : copy(ui, selected)
  }
  const column = sortKeys[key.text]
  return column !== undefined && list.sortable.includes(column) ? only(withList(ui, list, sortBy(list, column))) : undefined
}

const sortKeys: Readonly<Record<string, string>> = { N: 'name', L: 'lag', T: 'time', C: 'eta', R: 'rate', S: 'status' }

function moveBy({ name, text }: KeyPress, { page, count }: { readonly page: number; readonly count: number }): number | undefined {
  if (name === 'up' || text === 'k') return -1
  if (name === 'down' || text === 'j') return 1
  if (name === 'page-up') return -page
  if (name === 'page-down') return page
  if (name === 'home' || text === 'g') return -count
  return name === 'end' || text === 'G' ? count : undefined
}

function move(state: DashboardState, list: ListView, steps: number): Ui {
  const { ui } = state
  const place = placeOf(ui)
  const height = bodyHeight(state)
  const { index, top } = resolveCursor(place.cursor, { list, height })
  const moved = { key: undefined, index: Math.max(0, Math.min(list.count - 1, index + steps)), top }
  return replacePlace(ui, { ...place, cursor: resolveCursor(moved, { list, height }) })
}

/** The key of the row the cursor is on. */
export function selectedKey(state: DashboardState, list: ListView): string | undefined {
  return resolveCursor(placeOf(state.ui).cursor, { list, height: bodyHeight(state) }).key
}

function openRow(state: DashboardState, list: ListView): Ui {
  const { ui } = state
  const key = selectedKey(state, list)
  if (key === undefined) return ui
  // The cursor of the list is left on what was opened.
  const here = move(state, list, 0)
  const place = placeOf(ui)
  const next = placeBehind(state, place, key)
  return next === undefined ? ui : open(here, next)
}

function placeBehind(state: DashboardState, place: Place, key: string): Place | undefined {
  const cursor = cursorAtTop()
  switch (place.kind) {
    case 'groups':
    case 'topic':
      return { kind: 'group', groupId: key, tab: 'partitions', cursor }
    case 'topics':
      return { kind: 'topic', topic: key, cursor }
    case 'leaders': {
      const problem = state.snapshot?.problems.find(({ name }) => name === key)
      return problem === undefined
        ? undefined
        : { kind: 'partition', groupId: undefined, topic: problem.topic, partition: problem.partition.partition, cursor }
    }
    case 'group': {
      if (place.tab === 'members') return undefined
      const row = groupNamed(state, place.groupId)
      const partition = row === undefined ? undefined : partitionRows(row, state).find((candidate) => candidate.key === key)?.lag
      return partition === undefined
        ? undefined
        : { kind: 'partition', groupId: place.groupId, topic: partition.topic, partition: partition.partition, cursor }
    }
    default:
      return undefined
  }
}

/** The next column that can be sorted by: numbers from the largest on, names from A on. */
function nextSort(list: ListView): ListSettings {
  const next = list.sortable[(list.sortable.indexOf(list.settings.sort) + 1) % list.sortable.length]!
  return { ...list.settings, sort: next, isDescending: next !== 'name' }
}

/** By a column; by the same one again, the other way round. */
function sortBy(list: ListView, column: string): ListSettings {
  const { sort, isDescending } = list.settings
  return { ...list.settings, sort: column, isDescending: sort === column ? !isDescending : column !== 'name' }
}

/** The view that is the first place of the path: the one whose tab is marked. */
export function viewOf(ui: Ui): ViewName {
  const { kind } = ui.places[0]!
  return isView(kind) ? kind : 'groups'
}
