import type { Segment } from '../segment.ts'

/** Offsets in a segment are stored relative to its first, in 32 bits, and read as signed ones by Kafka's tools. */
const MAX_RELATIVE_OFFSET = 2 ** 31 - 1

/**
 * Neighbours that become one segment: those that now take no more than `segmentBytes` together, so that a log of which little is left does not
 * stay in many small files (`Cleaner.groupSegmentsBySize` in Kafka). `endOffset` lies behind the last of them.
 */
export function groupSegments(
  segments: readonly Pick<Segment, 'baseOffset' | 'sizeBytes'>[],
  options: { readonly segmentBytes: number; readonly endOffset: number },
): { readonly first: number; readonly count: number; readonly endOffset: number }[] {
  const groups: { first: number; count: number; endOffset: number }[] = []
  let bytes = 0
  for (const [index, segment] of segments.entries()) {
    const endOffset = segments[index + 1]?.baseOffset ?? options.endOffset
    const group = groups.at(-1)
    bytes += segment.sizeBytes
    const fits =
      group !== undefined && bytes <= options.segmentBytes && endOffset - 1 - segments[group.first]!.baseOffset <= MAX_RELATIVE_OFFSET
    if (fits) {
      group.count++
      group.endOffset = endOffset
    } else {
      groups.push({ first: index, count: 1, endOffset })
      bytes = segment.sizeBytes
    }
  }
  return groups
}
