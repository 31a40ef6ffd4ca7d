/** CPU microseconds a record. */
export interface ProcessorUs {
  readonly clientUs: number
  readonly brokerUs: number
}

/** One figure of a scenario, measured `runs` times. */
export interface Measurement {
  readonly scenario: string
  readonly figure: string
  readonly unit: 'records/s' | 'commits/s' | 'MB/s' | 'ms' | 'ns' | 'MB' | 'CPU %'
  /** What it ran with, as the table shows it: partitions, sizes, durability. */
  readonly setting: string
  readonly samples: readonly number[]
  /** CPU microseconds a record of all threads of client and broker, a pair a run, where that was measured. */
  readonly processorUs?: readonly ProcessorUs[]
  /** The least (or, for times and sizes, the most) that is aimed for. */
  readonly goal?: number
}

export interface ScenarioOptions {
  /** Counted runs of each figure; the median is quoted. */
  readonly runs: number
  /** Scales the number of records: 1 is the full size, CI smoke runs use less. */
  readonly scale: number
  readonly log: (line: string) => void
}

export interface Scenario {
  readonly name: string
  readonly summary: string
  run(options: ScenarioOptions): Promise<Measurement[]>
}

/** Whether more is better for figures of this unit. */
export function isRate(unit: Measurement['unit']): boolean {
  return unit === 'records/s' || unit === 'commits/s' || unit === 'MB/s'
}
