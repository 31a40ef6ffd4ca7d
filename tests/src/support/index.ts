// What the tests of whole processes and the benchmarks share.
export { type BrokerProcess, type BrokerProcessOptions, residentBytes, startBrokerProcess } from './broker-process.ts'
export { volume } from './volume.ts'
