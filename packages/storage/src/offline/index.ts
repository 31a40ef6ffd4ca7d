/** Tools for a data directory that no broker uses: verify, dump, repair. */
export { type DumpedItem, dumpFile } from './dump-file.ts'
export type { Finding, FindingKind } from './finding.ts'
export { planRepair, type RepairPlan, repairLog } from './repair-log.ts'
export { type FoundDirectory, verifyDirectory, withDataDirectory } from './verify-directory.ts'
export type { LogReport } from './verify-log.ts'
