import type { PartitionDescription } from '@kafka-ts/client'
import type { NamedPartitionLag, OffsetHistory } from '@kafka-ts/lag'
import { partitionOf } from '../model/snapshot.ts'
import { groupNamed, partitionRows } from '../ui/lists.ts'
import { type Place, placeOf } from '../ui/state.ts'
import { formatCount, formatRate, formatSpan, formatTimeLag } from '../view/format.ts'
import { lagCell, statusCell } from '../view/lag-cells.ts'
import { type Line, span } from '../view/line.ts'
import { bodyHeight } from '../view/page.ts'
import { sparkline } from '../view/sparkline.ts'
import { type DrawnLine, isStale, type Scene } from './drawing.ts'
import { crumbLine } from './view-screens.ts'

/** The title and the state of a partition. */
export function partitionTitle(scene: Scene): DrawnLine[] {
  const place = placeOf(scene.state.ui)
  if (place.kind !== 'partition') return []
  const name = `${place.topic}/${place.partition}`
  const title = place.groupId === undefined ? name : `${place.groupId} ${scene.glyphs.crumb} ${name}`
  const lag = lagOf(scene, place)
  const status = lag === undefined ? [] : [span('   '), statusCell(lag.status, scene.glyphs)]
  return [{ line: [...crumbLine(scene, title), ...status] }, { line: replicaLine(descriptionOf(scene, place)) }]
}

type PartitionPlace = Extract<Place, { kind: 'partition' }>

function lagOf({ state }: Scene, { groupId, topic, partition }: PartitionPlace): NamedPartitionLag | undefined {
  const row = groupId === undefined ? undefined : groupNamed(state, groupId)
  return row === undefined ? undefined : partitionOf(row.lag, topic, partition)
}

function descriptionOf({ state }: Scene, { topic, partition }: PartitionPlace): PartitionDescription | undefined {
  return state.snapshot?.topics.find(({ name }) => name === topic)?.topic.partitions[partition]
}

function replicaLine(description: PartitionDescription | undefined): Line {
  if (description === undefined) return [span(' The partition is gone, or its topic is.', 'warn')]
  const { leader, leaderEpoch, replicas, isr } = description
  return [
    span(leader < 0 ? ' no leader' : ` leader ${leader}`, leader < 0 ? 'bad' : 'plain'),
    span(`  epoch ${leaderEpoch}  replicas ${replicas.join(',')}  isr `),
    span(isr.join(',') || 'none', isr.length < replicas.length ? 'warn' : 'plain'),
  ]
}

/** Where the group stands on it, and the samples that this is worked out from, newest first. */
export function partitionScreen(scene: Scene): DrawnLine[] {
  const place = placeOf(scene.state.ui)
  if (place.kind !== 'partition') return []
  const lag = lagOf(scene, place)
  if (lag === undefined)
    return [
      {
        line: [
          span(
            place.groupId === undefined ? ' Open a group to see where it stands on this partition.' : ' The group has left this partition.',
            'dim',
          ),
        ],
      },
    ]
  const isDimmed = isStale(scene.state)
  const standing = standingLines(scene, place, lag).map((line): DrawnLine => ({ line, isDimmed }))
  const room = bodyHeight(scene.state) - standing.length
  return [...standing, ...sampleLines(scene, lag.history, room).map((line): DrawnLine => ({ line, isDimmed }))]
}

function standingLines(scene: Scene, place: PartitionPlace, lag: NamedPartitionLag): Line[] {
  const { state, glyphs } = scene
  const { numbers } = state.ui
  const exact = (offset: number | null | undefined) => (offset === null ? '-' : offset === undefined ? '?' : formatCount(offset, 'exact'))
  const rate = (perSecond: number | undefined) => (perSecond === undefined ? glyphs.ellipsis : `${formatRate(perSecond, numbers)}/s`)
  const row = groupNamed(state, place.groupId ?? '')
  const owner = row === undefined ? undefined : partitionRows(row, state).find((candidate) => candidate.lag === lag)?.owner
  return [
    [span(`  start ${exact(lag.logStartOffset)}  committed ${exact(lag.committedOffset)}  end ${exact(lag.endOffset)}`)],
    [
      span('  lag '),
      lagCell(lag, { glyphs, numbers }),
      span(`  time ${formatTimeLag(lag.timeLag, glyphs.ellipsis)}  in ${rate(lag.inPerSecond)}  out ${rate(lag.outPerSecond)}`),
    ],
    [span(`  read by ${owner === undefined ? 'nobody' : `${owner.clientId} on ${owner.host}`}`)],
    [span('  lag over time ', 'dim'), span(sparkline(lag.history.lags(), 60, glyphs), 'info')],
  ]
}

function sampleLines({ state }: Scene, history: OffsetHistory, room: number): Line[] {
  const newestMs = history.length === 0 ? 0 : history.timeMsAt(history.length - 1)
  const header = [span(`  ${'AGO'.padStart(7)} ${'COMMITTED'.padStart(15)} ${'END'.padStart(15)} ${'LAG'.padStart(11)}`, 'dim')]
  const count = Math.max(0, Math.min(history.length, room - 1))
  const samples = Array.from({ length: count }, (_, back): Line => {
    const index = history.length - 1 - back
    const committed = history.committedAt(index)
    const lag = history.lagAt(index)
    const cells = [
      back === 0 ? 'now' : formatSpan(newestMs - history.timeMsAt(index)),
      Number.isNaN(committed) ? '-' : formatCount(committed, 'exact'),
      formatCount(history.endAt(index), 'exact'),
      Number.isNaN(lag) ? '-' : formatCount(lag, state.ui.numbers),
    ]
    return [span(`  ${cells[0]!.padStart(7)} ${cells[1]!.padStart(15)} ${cells[2]!.padStart(15)} ${cells[3]!.padStart(11)}`)]
  })
  return [header, ...samples]
}
