export { ETA_MIN_LAG, type Eta, etaOf } from './eta.ts'
export { type GroupStatus, groupStatusOf, isIssue, type LagTotals, severityOf, totalsOf } from './group-lag.ts'
export {
  type GroupLag,
  type GroupPoll,
  LagMonitor,
  type LagMonitorOptions,
  type NamedPartitionLag,
  type PartitionPoll,
} from './lag-monitor.ts'
export { DEFAULT_POINTS, type HistoryOptions, MAX_POINTS, OffsetHistory, type OffsetSample } from './offset-history.ts'
export { type PartitionLag, type PartitionOffsets, partitionLagOf } from './partition-lag.ts'
export { type PartitionStatus, partitionStatusOf, type StatusRules } from './partition-status.ts'
export { deltaOf, type Rates, ratesOf } from './rates.ts'
export { type TimeLag, timeLagOf } from './time-lag.ts'
