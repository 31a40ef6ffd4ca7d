/** What is measured in what; the table has them in this order. */
export const units = {
  produce: 'records/s',
  consume: 'records/s',
  'awaited sends': 'records/s',
  'fan-out': 'records/s',
  'catch-up': 'records/s',
  p50: 'ms',
  p99: 'ms',
  'p99.9': 'ms',
  max: 'ms',
  'produce, client CPU': 's/M records',
  'produce, server CPU': 's/M records',
  'consume, client CPU': 's/M records',
  'consume, server CPU': 's/M records',
  'creating the topic': 'ms',
  'connecting all': 'ms',
  start: 'ms',
  'first record acknowledged': 'ms',
  'first record read': 'ms',
  'ready after kill -9': 'ms',
  'idle RSS': 'MB',
  'loaded RSS': 'MB',
} as const satisfies Readonly<Record<string, 'records/s' | 'ms' | 's/M records' | 'MB'>>

export type Figure = keyof typeof units

/** Figures of a server, whichever client there is. */
export const serverFigures: readonly Figure[] = ['start', 'idle RSS', 'loaded RSS', 'ready after kill -9']

/** Whether more of it is better. */
export function isRate(figure: Figure): boolean {
  return units[figure] === 'records/s'
}
