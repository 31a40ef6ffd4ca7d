/** Versions as Kafka's own tables write them: one, a first one, or first and last. */
export type VersionRange = `${number}` | `${number}+` | `${number}-${number}`

/** From `min` to `max`, both included. */
export interface Versions {
  readonly min: number
  readonly max: number
}

/** The bounds of a written range. */
export function parseVersions(range: VersionRange): Versions {
  if (range.endsWith('+')) return { min: Number(range.slice(0, -1)), max: Number.POSITIVE_INFINITY }
  const [min, max = min] = range.split('-')
  return { min: Number(min), max: Number(max) }
}

/** Whether `version` lies within. */
export function hasVersion({ min, max }: Versions, version: number): boolean {
  return version >= min && version <= max
}
