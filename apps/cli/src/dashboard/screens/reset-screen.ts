import { displayWidth } from '../../output/table.ts'
import { type ResetDraft, type ResetStep, resetTargets, takesValue } from '../ui/reset-draft.ts'
import { type DashboardState, placeOf } from '../ui/state.ts'
import { whyNotReset } from '../ui/update-reset.ts'
import { formatCount } from '../view/format.ts'
import type { Glyphs } from '../view/glyphs.ts'
import { clip, fitMiddle, type Line, lineWidth, type Span, span } from '../view/line.ts'
import type { DrawnLine, Scene } from './drawing.ts'

/** What offsets would become. Nothing happens before the name of the group is typed, and only where writing is allowed. */
export function resetScreen({ state, glyphs }: Scene): DrawnLine[] {
  const place = placeOf(state.ui)
  if (place.kind !== 'reset') return []
  const { draft } = place
  const { columns, rows } = state.size
  const width = Math.max(20, columns - 2)
  const room = Math.max(1, rows - 9)
  const scope = draft.only === undefined ? '' : ` ${glyphs.dot} ${draft.only.topic}/${draft.only.partition}`
  const inside: Line[] = [
    targetLine(draft, glyphs),
    ...planLines(draft, { room, width, glyphs }),
    [],
    ...decisionLines(state, draft, glyphs),
  ]
  return [
    { line: ruleLine(` Reset offsets ${glyphs.dot} ${draft.groupId}${scope} `, width, glyphs) },
    ...inside.map((line): DrawnLine => ({ line: boxed(line, width) })),
    { line: ruleLine('', width, glyphs) },
  ]
}

function ruleLine(title: string, width: number, { rule, ellipsis }: Glyphs): Line {
  const text = displayWidth(title) > width - 4 ? fitMiddle(title, width - 4, ellipsis) : title
  return [span(` ${rule}${rule}`), span(text, 'title'), span(rule.repeat(Math.max(0, width - displayWidth(text) - 2)))]
}

function boxed(line: Line, width: number): Line {
  const clipped = clip([span('   '), ...line], width)
  return [...clipped, span(' '.repeat(Math.max(0, width - lineWidth(clipped))))]
}

function targetLine({ target, values, focus }: ResetDraft, { typing }: Glyphs): Line {
  const line: Span[] = [span('to: ')]
  for (const option of resetTargets) {
    const isChosen = option === target
    line.push(span(isChosen ? `[${option}]` : ` ${option} `, isChosen ? (focus === 'target' ? 'inverse' : 'strong') : 'plain'))
  }
  if (takesValue(target))
    line.push(span('  '), span(`${values[target]}${focus === 'value' ? typing : ''}`, focus === 'value' ? 'inverse' : 'strong'))
  return line
}

const NUMBER_WIDTH = 4

function planLines(
  { plan }: ResetDraft,
  { room, width, glyphs }: { readonly room: number; readonly width: number; readonly glyphs: Glyphs },
): Line[] {
  if (plan.state === 'planning') return [[span('asking where that is ...', 'dim')]]
  if (plan.state === 'failed') return [[span(`This cannot be done: ${plan.reason}.`, 'warn')]]
  const cells = plan.steps.map(cellsOf)
  const offsetWidth = Math.max(8, ...cells.flatMap(({ now, next, change }) => [now.length, next.length, change.length]))
  const longestName = Math.max(...cells.map(({ topic }) => displayWidth(topic)))
  const nameWidth = Math.max(8, Math.min(longestName, width - NUMBER_WIDTH - 3 * offsetWidth - 8))
  const shown = cells.slice(0, cells.length > room ? room - 1 : room)
  const head: StepCells = { topic: 'TOPIC', partition: 'P', now: 'NOW', next: `${glyphs.arrow} NEW`, change: 'CHANGE', note: 'NOTE' }
  const layout = { nameWidth, offsetWidth, glyphs }
  const rest = cells.length - shown.length
  const header = stepLine(head, layout).map(({ text }) => span(text, 'dim'))
  return [header, ...shown.map((step) => stepLine(step, layout)), ...(rest > 0 ? [[span(`and ${rest} more partitions`, 'dim')]] : [])]
}

type StepCells = Readonly<Record<'topic' | 'partition' | 'now' | 'next' | 'change' | 'note', string>>

function cellsOf({ topic, partition, from, to, note }: ResetStep): StepCells {
  return {
    topic,
    partition: String(partition),
    now: from === null ? '-' : formatCount(from, 'exact'),
    next: formatCount(to, 'exact'),
    change: from === null ? '-' : `${to > from ? '+' : ''}${formatCount(to - from, 'exact')}`,
    note,
  }
}

function stepLine(
  { topic, partition, now, next, change, note }: StepCells,
  { nameWidth, offsetWidth, glyphs }: { readonly nameWidth: number; readonly offsetWidth: number; readonly glyphs: Glyphs },
): Line {
  return [
    span(`${fitMiddle(topic, nameWidth, glyphs.ellipsis)} ${partition.padStart(NUMBER_WIDTH)} ${now.padStart(offsetWidth)} `),
    span(next.padStart(offsetWidth), 'strong'),
    span(` ${change.padStart(offsetWidth)}`),
    ...(note === '' ? [] : [span(`  ${note}`, 'warn')]),
  ]
}

function decisionLines(state: DashboardState, draft: ResetDraft, { typing, leftRight }: Glyphs): Line[] {
  const reason = whyNotReset(state, draft)
  const isTyping = draft.focus === 'confirmation'
  const decision: Line =
    reason === undefined
      ? [span('Type the group name to apply: '), span(`${draft.confirmation}${isTyping ? typing : ''}`, isTyping ? 'inverse' : 'plain')]
      : [span(`Only a preview: ${reason}.`, 'warn')]
  return [
    decision,
    [span(`esc cancel  ${leftRight} target  tab next field  c copy command${reason === undefined ? '  enter apply' : ''}`, 'dim')],
  ]
}
