import type { Kafka } from '@kafka-ts/client'
import { type Place, placeName } from '../history.ts'
import { readValue } from '../values.ts'
import type { World } from '../world.ts'

/** One partition is read within this time. */
const AUDIT_TIMEOUT_MS = 15_000

/** Reads everything that can be read of every partition, with a client of its own. Resolves false when that failed. */
export async function audit(world: World, name: string): Promise<boolean> {
  const kafka = world.client(name)
  try {
    for (const place of allPlaces(world)) {
      const outcome = await world.operate(name, `audit ${placeName(place)}`, () => auditPartition(world, kafka, { ...place, name }))
      if (outcome === undefined) return false
    }
    return true
  } finally {
    await kafka.close()
  }
}

/** Where the readable part of every partition ends now; of those that answer. */
export async function readableEnds(world: World): Promise<readonly (Place & { readonly offset: number })[]> {
  const kafka = world.client('ends')
  const outcomes = await kafka.admin.listOffsets(allPlaces(world).map((place) => ({ ...place, at: 'latest' })))
  await kafka.close()
  return outcomes.flatMap(({ topic, partition, offset }) => (offset === undefined ? [] : [{ topic, partition, offset }]))
}

function allPlaces({ partitions }: World): Place[] {
  return [...partitions].flatMap(([topic, count]) => Array.from({ length: count }, (_, partition) => ({ topic, partition })))
}

async function auditPartition(world: World, kafka: Kafka, { name, ...place }: Place & { readonly name: string }): Promise<true> {
  const { history } = world
  const askedMs = world.nowMs
  const [end, start] = await kafka.admin.listOffsets([
    { ...place, at: 'latest' },
    { ...place, at: 'earliest' },
  ])
  if (end?.error !== undefined) throw end.error
  if (start?.error !== undefined) throw start.error
  if (start === undefined || end === undefined) throw new TypeError('listOffsets left out an outcome')
  history.add({ f: 'end', ...place, askedMs, offset: end.offset })
  history.add({ f: 'position', process: name, ...place, offset: undefined })
  const until = [{ ...place, offset: end.offset }]
  const tooLong = new AbortController()
  const timeout = world.setTimer(AUDIT_TIMEOUT_MS, () => tooLong.abort())
  await using consumer = kafka.consumer({
    assignments: [{ ...place, from: { offset: start.offset } }],
    onOffsetOutOfRange: 'earliest',
    until,
    signal: tooLong.signal,
  })
  let startOffset: number | undefined
  for await (const record of consumer) {
    startOffset ??= record.offset
    history.add({ f: 'read', process: name, ...place, offset: record.offset, ...readValue(record.value) })
  }
  timeout.cancel()
  // Retention may have moved the start meanwhile, even behind the end that was asked for.
  history.add({ f: 'audit', process: name, askedMs, ...place, startOffset: startOffset ?? end.offset, endOffset: end.offset })
  return true
}
