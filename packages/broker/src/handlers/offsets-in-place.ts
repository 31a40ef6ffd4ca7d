import type { HostedTopic } from './hosted-topics.ts'

/** What a request says about offsets of one topic. */
export interface OffsetsOfTopic<Offset> {
  readonly hosted: HostedTopic
  readonly offsets: readonly Offset[]
}

/**
 * Has `run` work on the offsets of partitions that are there, all of them in one list, and puts the error codes it gives, one an offset,
 * back in the places of the request; the others get the error of a partition that is missing.
 */
export async function runInPlace<Offset extends { readonly partition: number }>(
  topics: readonly OffsetsOfTopic<Offset>[],
  run: (offsets: readonly Offset[]) => Promise<readonly number[]>,
): Promise<readonly (readonly number[])[]> {
  const present: Offset[] = []
  const indexes = topics.map(({ hosted, offsets }) =>
    offsets.map((offset) => (hosted.partitions?.[offset.partition] === undefined ? undefined : present.push(offset) - 1)),
  )
  const codes = await run(present)
  return indexes.map((ofTopic, topic) => {
    const { missingCode } = (topics[topic] as OffsetsOfTopic<Offset>).hosted
    return ofTopic.map((index) => (index === undefined ? missingCode : (codes[index] as number)))
  })
}
