import { awaited } from './awaited.ts'
import { catchUp } from './catch-up.ts'
import { compression } from './compression.ts'
import { connections } from './connections.ts'
import { fanOut } from './fan-out.ts'
import { firstRecord } from './first-record.ts'
import { goals } from './goals.ts'
import { manyPartitions } from './many-partitions.ts'
import { memory } from './memory.ts'
import { partitions } from './partitions.ts'
import { processor } from './processor.ts'
import { rates } from './rates.ts'
import { recovery } from './recovery.ts'
import type { Scenario } from './scenario.ts'
import { sizes } from './sizes.ts'

/** The default is the first of them. */
export const scenarios: readonly [Scenario, ...Scenario[]] = [
  goals,
  sizes,
  partitions,
  compression,
  awaited,
  rates,
  catchUp,
  fanOut,
  connections,
  manyPartitions,
  firstRecord,
  memory,
  processor,
  recovery,
]
