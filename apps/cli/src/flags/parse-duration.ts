const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `500ms`, `10s`, `5m`, `2h`, `7d` as milliseconds; undefined for anything else. */
export function parseDuration(input: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(input)
  return match === null ? undefined : Number(match[1]) * UNIT_MS[match[2]!]!
}
