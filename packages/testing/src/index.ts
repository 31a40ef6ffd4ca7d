export { type StartBrokerOptions, startBroker, type TestBroker } from './start-broker.ts'
