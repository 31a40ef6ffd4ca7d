import type { Eta, TimeLag } from '@kafka-ts/lag'
import { humanCount, humanDuration } from '../../output/humanize.ts'

/** How numbers are written: 142.0K, or 142,031. */
export type NumberStyle = 'human' | 'exact'

const UNITS = ['', 'K', 'M', 'G', 'T', 'P']

/** A count in at most six columns: `12`, `4.1K`, `142.0K`; or exactly. */
export function formatCount(count: number, style: NumberStyle): string {
  if (style === 'exact') return humanCount(Math.round(count))
  return scaled(count, (value) => value.toFixed(1))
}

/** A rate: `0`, `5.7`, `320`, `1.52K`. */
export function formatRate(perSecond: number, style: NumberStyle): string {
  if (style === 'exact') return perSecond < 100 ? trimZero(perSecond.toFixed(1)) : humanCount(Math.round(perSecond))
  if (perSecond < 100) return trimZero(perSecond.toFixed(1))
  return scaled(perSecond, (value) => value.toFixed(value < 10 ? 2 : 1))
}

/** A change a second, with its sign: `+320`, `-1.2K`, `0`. */
export function formatDelta(perSecond: number, style: NumberStyle): string {
  const size = Math.abs(perSecond)
  if (size < 0.05) return '0'
  const text = size < 100 ? trimZero(size.toFixed(1)) : formatCount(Math.round(size), style)
  return `${perSecond < 0 ? '-' : '+'}${text}`
}

function scaled(count: number, write: (value: number) => string): string {
  if (Math.round(count) < 1000) return String(Math.round(count))
  let [value, unit] = [Math.round(count), 0]
  // 999.95 would be written 1000.0.
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  return `${write(value)}${UNITS[unit]}`
}

function trimZero(text: string): string {
  return text.endsWith('.0') ? text.slice(0, -2) : text
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const MOST_DAYS = 999

/** A duration in at most six columns: `<1s`, `25s`, `2m49s`, `12m`, `3h05m`, `17h`, `4d`. */
export function formatSpan(ms: number): string {
  if (ms <= 0) return '0s'
  if (ms < SECOND) return '<1s'
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)}s`
  if (ms < 10 * MINUTE) return withRest(ms, { unit: MINUTE, name: 'm', part: SECOND, partName: 's' })
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m`
  if (ms < 10 * HOUR) return withRest(ms, { unit: HOUR, name: 'h', part: MINUTE, partName: 'm' })
  if (ms < DAY) return `${Math.floor(ms / HOUR)}h`
  const days = Math.floor(ms / DAY)
  return days > MOST_DAYS ? `${MOST_DAYS}d` : `${days}d`
}

function withRest(ms: number, { unit, name, part, partName }: { unit: number; name: string; part: number; partName: string }): string {
  const rest = Math.floor((ms % unit) / part)
  return `${Math.floor(ms / unit)}${name}${rest === 0 ? '' : `${String(rest).padStart(2, '0')}${partName}`}`
}

/** `2m49s`; `>2h` when it is extrapolated; `…` while it is not known yet. */
export function formatTimeLag(timeLag: TimeLag | null | undefined, ellipsis: string): string {
  if (timeLag === null) return '-'
  if (timeLag === undefined) return ellipsis
  return `${timeLag.isExtrapolated ? '>' : ''}${formatSpan(timeLag.ms)}`
}

/** `32s`, `never`, or `-` when there is none to tell. */
export function formatEta(eta: Eta): string {
  if (eta === undefined) return '-'
  return eta === 'never' ? 'never' : formatSpan(eta)
}

/** The time of day: `16:04:05`. */
export function formatClock(ms: number): string {
  const date = new Date(ms)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}

/** The window of rates and trends: `2m`. */
export function windowName(historyMs: number): string {
  return humanDuration(historyMs)
}
