import { readFileSync } from 'node:fs'
import type { ProcessorUs } from './scenario.ts'

/** Places in /proc/PID/stat, counted from behind the name. */
const USER_TICKS_AT = 11
const SYSTEM_TICKS_AT = 12
const MS_A_TICK = 10

/** CPU time a process has used, all its threads, which tells more than the clock where others share the machine (Linux; NaN elsewhere). */
export function processorMs(pid: number): number {
  try {
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(afterName[USER_TICKS_AT]) + Number(afterName[SYSTEM_TICKS_AT])) * MS_A_TICK
  } catch {
    return Number.NaN
  }
}

/** The CPU time of client (this process) and broker over a stretch of work. */
export class ProcessorMeter {
  readonly #brokerPid: number
  readonly #clientBefore = process.cpuUsage()
  readonly #brokerBefore: number

  constructor(brokerPid: number) {
    this.#brokerPid = brokerPid
    this.#brokerBefore = processorMs(brokerPid)
  }

  /** Microseconds a record, since the meter was made. */
  perRecord(count: number): ProcessorUs {
    const { user, system } = process.cpuUsage(this.#clientBefore)
    return { clientUs: (user + system) / count, brokerUs: (1000 * (processorMs(this.#brokerPid) - this.#brokerBefore)) / count }
  }
}
