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

/** `3 topics`, `1 topic`. */
export function plural(count: number, noun: string): string {
  return `${humanCount(count)} ${noun}${count === 1 ? '' : 's'}`
}
