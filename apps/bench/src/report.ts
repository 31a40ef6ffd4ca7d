import { execFileSync } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { isRate, type Measurement, type ProcessorUs } from './scenario.ts'
import { median } from './stats.ts'

/** What the figures were measured on, so that nobody compares across machines. */
export interface Environment {
  readonly node: string
  readonly platform: string
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly commit: string
  readonly at: string
}

export function describeEnvironment(): Environment {
  return {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    commit: currentCommit(),
    at: new Date().toISOString(),
  }
}

/** Prints one row a figure: median, spread, and the goal where there is one. */
export function renderTable(measurements: readonly Measurement[]): string {
  const header = ['SCENARIO', 'FIGURE', 'SETTING', 'MEDIAN', 'MIN', 'MAX', 'UNIT', 'GOAL', 'RATIO', 'CPU US/RECORD (CLIENT, BROKER)']
  const rows = measurements.map((m) => {
    const middle = median(m.samples)
    const ratio = m.goal === undefined ? '-' : `${(isRate(m.unit) ? middle / m.goal : m.goal / middle).toFixed(2)}x`
    return [
      m.scenario,
      m.figure,
      m.setting,
      format(middle),
      format(Math.min(...m.samples)),
      format(Math.max(...m.samples)),
      m.unit,
      m.goal === undefined ? '-' : format(m.goal),
      ratio,
      describeProcessor(m.processorUs),
    ]
  })
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] as string).length)))
  const numeric = new Set([3, 4, 5, 7, 8])
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (numeric.has(column) ? cell.padStart(widths[column] as number) : cell.padEnd(widths[column] as number)))
      .join('  ')
      .trimEnd()
  return [header, ...rows].map(line).join('\n')
}

/** Medians; a dash where it was not measured. */
function describeProcessor(samples: readonly ProcessorUs[] | undefined): string {
  if (samples === undefined) return '-'
  return `${format(median(samples.map(({ clientUs }) => clientUs)))}, ${format(median(samples.map(({ brokerUs }) => brokerUs)))}`
}

function format(value: number): string {
  if (Number.isNaN(value)) return '?'
  return value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toFixed(value >= 100 ? 0 : 2)
}

function currentCommit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return 'unknown'
  }
}
