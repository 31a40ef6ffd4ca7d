export { type DaemonOptions, runDaemon } from './run-daemon.ts'
export type { BrokerFlags } from './settings.ts'
