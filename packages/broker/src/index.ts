export { Broker, type BrokerOptions } from './broker.ts'
export { type BrokerConfig, type BrokerConfigValues, createBrokerConfig, type Profile, profiles } from './config/broker-config.ts'
export { ConfigError } from './config/config-type.ts'
export { type Logger, silentLogger } from './logger.ts'
