import type { Clock } from '@kafka-ts/io'
import type { BrokerConfigValues } from '../config/broker-config.ts'
import type { Logger } from '../logger.ts'
import { createTextLogger } from './text-logger.ts'

const STDERR = 2

/** The daemon's log, on stderr: text for people, or JSON by pino, which is only loaded for that. */
export async function createLogger(values: BrokerConfigValues, clock: Clock): Promise<Logger> {
  const level = values['log.level']
  if (values['log.format'] === 'text') {
    return createTextLogger({ level, now: () => clock.now(), write: (line) => process.stderr.write(line) })
  }
  const { pino } = await import('pino')
  // Synchronous: what a broker says just before it dies must not get lost.
  const timestamp = () => `,"time":"${new Date(clock.now()).toISOString()}"`
  const logger: Logger = pino({ level, base: null, timestamp }, pino.destination({ fd: STDERR, sync: true }))
  return logger
}
