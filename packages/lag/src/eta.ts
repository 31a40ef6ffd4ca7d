import type { Rates } from './rates.ts'

/** Below this lag there is no ETA: it would jump with every batch. */
export const ETA_MIN_LAG = 100

/** How long until a lag is worked off at the rates of now: milliseconds, 'never' while nothing is gained, undefined when it is not known or not worth telling. */
export type Eta = number | 'never' | undefined

/** The ETA of a lag. */
export function etaOf(lag: number, { inPerSecond, outPerSecond }: Rates): Eta {
  if (lag < ETA_MIN_LAG || inPerSecond === undefined || outPerSecond === undefined) return undefined
  return outPerSecond > inPerSecond ? (lag / (outPerSecond - inPerSecond)) * 1000 : 'never'
}
