/** What a client's process is to do; clients/job.mjs says what each kind is. */
export type JobKind = 'produce' | 'fill' | 'consume' | 'latency' | 'awaited' | 'catch-up' | 'fan-out' | 'connections' | 'first-record'

export type Compression = 'none' | 'lz4' | 'zstd'

export interface Job {
  readonly kind: JobKind
  readonly address: string
  /** Whose processor time and memory the client reads from /proc. */
  readonly serverPid: number
  readonly topic: string
  readonly partitions: number
  readonly valueBytes: number
  readonly compression: Compression
  /** So many different records. */
  readonly count: number
  /** At most so many are filled. */
  readonly fillRecords: number
  /** At most so long. */
  readonly seconds: number
  readonly warmUpSeconds: number
  /** Records without an acknowledgement at any one time. */
  readonly windowRecords: number
  /** Records in one call of the clients that take many. */
  readonly callRecords: number
  /** Records a second of a paced run. */
  readonly rate: number
  /** Readers of a fan-out, each a group of its own; clients that connect. */
  readonly clients: number
  /** It failed when it takes longer. */
  readonly deadlineSeconds: number
}

/** Seconds are of a million records, times in milliseconds, sizes in MB. */
export type JobFigure =
  | 'rate'
  | 'clientCpu'
  | 'serverCpu'
  | 'serverMegabytes'
  | 'p50'
  | 'p99'
  | 'p999'
  | 'max'
  | 'createMs'
  | 'connectMs'
  | 'acknowledgedMs'
  | 'readMs'

export type JobResult = Readonly<Partial<Record<JobFigure, number>>> & {
  readonly version: string
  readonly count: number
}
