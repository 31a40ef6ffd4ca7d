const BINARY_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']

/** A size for people: `812 MiB`, `4.2 GiB`. */
export function humanBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < BINARY_UNITS.length - 1) {
    value /= 1024
    unit++
  }
  const digits = unit > 0 && value < 10 ? 1 : 0
  return `${value.toFixed(digits)} ${BINARY_UNITS[unit]}`
}

/** A count for people: `8,901,377`. */
export function humanCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** A rate for people: `1.5K`, `12`, `0.2`. */
export function humanRate(perSecond: number): string {
  const magnitude = Math.abs(perSecond)
  const unit = [
    { name: 'G', size: 1e9 },
    { name: 'M', size: 1e6 },
    { name: 'K', size: 1e3 },
  ].find(({ size }) => magnitude >= size)
  if (unit !== undefined) return `${shortNumber(perSecond / unit.size)}${unit.name}`
  return magnitude >= 10 || Number.isInteger(perSecond) ? String(Math.round(perSecond)) : perSecond.toFixed(1)
}

function shortNumber(value: number): string {
  return Math.abs(value) < 10 ? value.toFixed(1) : String(Math.round(value))
}

const DURATION_UNITS = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'm', ms: 60_000 },
  { name: 's', ms: 1000 },
]

/** A duration in its largest whole unit: `7d`, `90m`, `1500ms`. */
export function humanDuration(ms: number): string {
  const unit = DURATION_UNITS.find((candidate) => ms !== 0 && ms % candidate.ms === 0)
  return unit === undefined ? `${ms}ms` : `${ms / unit.ms}${unit.name}`
}

/** How long ago, or how long: its two largest units, `2m49s`, `3d4h`; `<1s` below a second. */
export function humanAge(ms: number): string {
  if (ms < 1000) return ms <= 0 ? '0s' : '<1s'
  const parts: string[] = []
  let rest = Math.floor(ms / 1000) * 1000
  for (const { name, ms: unitMs } of DURATION_UNITS) {
    const count = Math.floor(rest / unitMs)
    rest -= count * unitMs
    if (parts.length > 0 || count > 0) parts.push(count > 0 ? `${count}${name}` : '')
    if (parts.length === 2) break
  }
  return parts.join('')
}

/** `3 topics`, `1 topic`. */
export function plural(count: number, noun: string): string {
  return `${humanCount(count)} ${noun}${count === 1 ? '' : 's'}`
}
