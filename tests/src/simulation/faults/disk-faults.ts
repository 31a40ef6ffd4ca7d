import type { DiskOperation } from '@kafka-ts/io/simulated'
import { between, pick } from '../plan.ts'
import { audit } from '../workload/audit.ts'
import { NORMAL_DISK } from '../world.ts'
import type { Fault, FaultContext } from './fault.ts'
import type { FaultKind } from './fault-kinds.ts'
import { endLife, startAgain } from './process-faults.ts'

/** How long a planned failure waits for the operation that it hits; then a restart makes one. */
const PATIENCE_MS = 3000
const MAX_AFTERMATH_MS = 1000
const SLOW_DISK = { minMs: 5, maxMs: 600 }
const FULL_MS = { min: 1000, max: 4000 }

interface PlannedFailure {
  readonly kind: FaultKind
  readonly operation: DiskOperation
  readonly path: RegExp
  readonly times: number
}

const RECORDS_OR_JOURNAL = /\.(log|wal)$/

/** An fsync fails: the directory is offline, and what the file held in memory may be anything. */
export const failSync: Fault = (context) =>
  failOnce(context, { kind: 'failed-sync', operation: 'sync', path: RECORDS_OR_JOURNAL, times: 1 })

export const failWrite: Fault = (context) =>
  failOnce(context, { kind: 'failed-write', operation: 'write', path: RECORDS_OR_JOURNAL, times: 1 })

export const failRename: Fault = (context) => failOnce(context, { kind: 'failed-rename', operation: 'rename', path: /./, times: 1 })

export const failRead: Fault = (context) =>
  failOnce(context, { kind: 'failed-read', operation: 'read', path: /\/[a-z]+-\d+\//, times: between(context.random, 1, 4) })

/** Lets an operation fail with EIO; then the broker ends and is started again, as an operator would. */
async function failOnce(context: FaultContext, failure: PlannedFailure): Promise<void> {
  const { world, random } = context
  const { faults } = world.broker.disk
  const { kind, operation, path, times } = failure
  const before = faults.injected.get(operation) ?? 0
  const hasStruck = (): boolean => (faults.injected.get(operation) ?? 0) > before
  faults.add({ operation, path, nth: between(random, 1, 4), times })
  if (!(await world.until(hasStruck, PATIENCE_MS))) {
    endLife(context)
    await startAgain(context)
    await world.until(hasStruck, PATIENCE_MS)
  }
  faults.clear()
  if (hasStruck()) world.noteFault(kind, '')
  await world.sleep(random.below(MAX_AFTERMATH_MS))
  endLife(context)
  await startAgain(context)
}

/** No space, or a little, for a while. Reading goes on meanwhile. */
export const fillDisk: Fault = async (context) => {
  const { world, random } = context
  const freeBytes = pick(random, [0, random.below(600), random.below(20_000)])
  world.broker.disk.setFreeBytes(freeBytes)
  world.noteFault('disk-full', `${freeBytes} bytes left`)
  await world.sleep(between(random, FULL_MS.min, FULL_MS.max))
  const life = world.broker.doors
  const canRead = await audit(world, 'audit-while-full')
  if (!canRead && world.broker.doors === life && world.broker.isRunning)
    world.violation('I21', 'what is there could not be read while the disk was full')
  if (random.chance(0.3)) endLife(context)
  world.broker.disk.setFreeBytes(Number.POSITIVE_INFINITY)
  await startAgain(context)
}

export const slowDisk: Fault = async ({ world, random }) => {
  world.noteFault('slow-disk', '')
  Object.assign(world.diskLatency, SLOW_DISK)
  await world.sleep(between(random, 500, 3000))
  Object.assign(world.diskLatency, NORMAL_DISK)
}
