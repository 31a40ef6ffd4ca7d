import { only, type Update } from './effects.ts'
import type { KeyPress } from './key-press.ts'
import { back, replacePlace } from './places.ts'
import { type ResetDraft, resetCommand, resetTargets, takesValue } from './reset-draft.ts'
import { type DashboardState, placeOf, type Ui } from './state.ts'

/** Why offsets cannot be set from here; undefined when they can. */
export function whyNotReset({ facts, snapshot }: DashboardState, { groupId, plan }: ResetDraft): string | undefined {
  if (!facts.canWrite) return 'start with --allow-writes to apply'
  const group = snapshot?.groups.find((row) => row.groupId === groupId)?.group
  if (group === undefined) return 'the group is gone'
  if (group.members.length > 0) return `${group.members.length} ${group.members.length === 1 ? 'member is' : 'members are'} still at work`
  return plan.state === 'planned' ? undefined : 'there is no plan yet'
}

/** Keys of the reset preview. Letters go to the field that has the focus, never past it. */
export function pressInReset(state: DashboardState, key: KeyPress): Update {
  const { ui } = state
  const place = placeOf(ui)
  if (place.kind !== 'reset') return only(ui)
  const { draft } = place
  const change = (changes: Partial<ResetDraft>): Ui => replacePlace(ui, { ...place, draft: { ...draft, ...changes } })
  if (key.name === 'escape') return only(back(ui))
  if (key.name === 'tab') return only(change({ focus: nextFocus(state, draft) }))
  if (key.name === 'enter') return pressEnter(state, draft, change)
  switch (draft.focus) {
    case 'target':
      return pressInTarget(draft, { key, ui, change })
    case 'value': {
      const value = edit(draft.values[draft.target], key)
      if (value === draft.values[draft.target]) return only(ui)
      const values = { ...draft.values, [draft.target]: value }
      return { ui: change({ values, plan: { state: 'planning' } }), effects: [{ kind: 'plan-reset' }] }
    }
    case 'confirmation':
      return only(change({ confirmation: edit(draft.confirmation, key) }))
  }
}

function pressInTarget(
  draft: ResetDraft,
  { key, ui, change }: { readonly key: KeyPress; readonly ui: Ui; readonly change: (changes: Partial<ResetDraft>) => Ui },
): Update {
  const step = key.name === 'right' || key.text === 'l' ? 1 : key.name === 'left' || key.text === 'h' ? -1 : 0
  if (step !== 0) {
    const position = (resetTargets.indexOf(draft.target) + step + resetTargets.length) % resetTargets.length
    const target = resetTargets[position]!
    return { ui: change({ target, plan: { state: 'planning' } }), effects: [{ kind: 'plan-reset' }] }
  }
  if (key.text === 'c' || key.text === 'y') return { ui, effects: [{ kind: 'copy', text: resetCommand(draft) }] }
  return key.text === 'q' ? { ui, effects: [{ kind: 'quit' }] } : only(ui)
}

/** Enter goes on to the next field; in the last one it applies, if the name is right. */
function pressEnter(state: DashboardState, draft: ResetDraft, change: (changes: Partial<ResetDraft>) => Ui): Update {
  if (draft.focus !== 'confirmation') return only(change({ focus: nextFocus(state, draft) }))
  const { ui } = state
  const reason = whyNotReset(state, draft)
  if (reason !== undefined) return only({ ...ui, notice: { text: `Nothing was changed: ${reason}.`, style: 'warn' } })
  if (draft.confirmation !== draft.groupId)
    return only({ ...ui, notice: { text: 'Nothing was changed: that is not the name of the group.', style: 'warn' } })
  return { ui, effects: [{ kind: 'apply-reset' }] }
}

function nextFocus(state: DashboardState, { focus, target, ...draft }: ResetDraft): ResetDraft['focus'] {
  const canConfirm = whyNotReset(state, { focus, target, ...draft }) === undefined
  if (focus === 'target' && takesValue(target)) return 'value'
  if (focus !== 'confirmation' && canConfirm) return 'confirmation'
  return 'target'
}

function edit(text: string, { name, text: typed }: KeyPress): string {
  if (name === 'backspace') return [...text].slice(0, -1).join('')
  return name === 'text' ? text + typed : text
}
