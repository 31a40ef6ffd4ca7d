import type { Kafka } from '@kafka-ts/client'
import type { Place } from '../history.ts'
import { readValue } from '../values.ts'
import type { World } from '../world.ts'

/** Reads everything that can be read of every partition, with a client of its own. Resolves false when that failed. */
export async function audit(world: World, name: string): Promise<boolean> {
  const kafka = world.client(name)
  try {
    const places = [...world.partitions].flatMap(([topic, count]) =>
      Array.from({ length: count }, (_, partition) => ({ topic, partition })),
    )
    for (const place of places) {
      const outcome = await world.operate(name, 'audit', () => auditPartition(world, kafka, { ...place, name }))
      if (outcome === undefined) return false
    }
    return true
  } finally {
    await kafka.close()
  }
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
  await using consumer = kafka.consumer({
    assignments: [{ ...place, from: { offset: start.offset } }],
    onOffsetOutOfRange: 'earliest',
    until,
  })
  let startOffset: number | undefined
  for await (const record of consumer) {
    startOffset ??= record.offset
    history.add({ f: 'read', process: name, ...place, offset: record.offset, ...readValue(record.value) })
  }
  // Retention may have moved the start meanwhile, even behind the end that was asked for.
  history.add({ f: 'audit', process: name, askedMs, ...place, startOffset: startOffset ?? end.offset, endOffset: end.offset })
  return true
}
