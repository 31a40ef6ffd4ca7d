import type { TopicDescription } from '@kafka-ts/client'
import { isLeaderless } from '../partitions/partition-state.ts'
import type { Session } from '../session.ts'

/** Records a second that each topic grows by, from two looks at its ends, `forMs` apart. Partitions that could not be read both times do not count. */
export async function readRates(session: Session, topics: readonly TopicDescription[], forMs: number): Promise<Map<string, number>> {
  const first = await readEnds(session, topics)
  await session.doors.sleep(forMs)
  const second = await readEnds(session, topics)
  const elapsedSeconds = Math.max(1, second.atMs - first.atMs) / 1000
  return new Map(
    topics.map((topic) => {
      const written = topic.partitions.reduce((sum, { partition }) => {
        const key = `${topic.name}/${partition}`
        const [before, after] = [first.ends.get(key), second.ends.get(key)]
        return before === undefined || after === undefined ? sum : sum + Math.max(0, after - before)
      }, 0)
      return [topic.name, written / elapsedSeconds]
    }),
  )
}

async function readEnds(session: Session, topics: readonly TopicDescription[]) {
  const queries = topics.flatMap((topic) =>
    topic.partitions
      .filter((partition) => !isLeaderless(partition))
      .map(({ partition }) => ({ topic: topic.name, partition, at: 'latest' as const })),
  )
  const outcomes = await session.admin('read the offsets', (admin, options) => admin.listOffsets(queries, options))
  const ends = new Map<string, number>()
  for (const { topic, partition, offset } of outcomes) if (offset !== undefined) ends.set(`${topic}/${partition}`, offset)
  return { atMs: session.doors.now(), ends }
}
