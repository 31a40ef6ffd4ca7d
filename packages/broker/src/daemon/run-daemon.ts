import { DiskError, type Doors, NetworkError, nodeDoors } from '@kafka-ts/io'
import { StorageError } from '@kafka-ts/storage'
import { Broker } from '../broker.ts'
import type { BrokerConfig } from '../config/broker-config.ts'
import { ConfigError } from '../config/config-type.ts'
import type { Logger } from '../logger.ts'
import { formatAddress } from '../server/listener-address.ts'
import { tuneHeap } from './heap.ts'
import { loadConfig } from './load-config.ts'
import { createLogger } from './logging.ts'
import type { BrokerFlags } from './settings.ts'

export interface DaemonOptions {
  readonly flags: BrokerFlags
  readonly env: Readonly<Record<string, string | undefined>>
}

const EXIT_OK = 0
const EXIT_FAILED = 1
/** A config that cannot be: nothing was tried. */
const EXIT_USAGE = 2
const SIGNALS = ['SIGTERM', 'SIGINT'] as const

/**
 * Runs one broker until a signal: the exit code for the process. Prints one line with `ready on HOST:PORT` on stdout once it accepts
 * connections; everything else goes to stderr. An error nobody expected is logged and ends the process with 1.
 */
export async function runDaemon({ flags, env }: DaemonOptions): Promise<number> {
  tuneHeap()
  const signal = awaitSignal()
  try {
    const doors = nodeDoors()
    const config = await loadConfig({ flags, env, disk: doors.disk })
    const logger = await createLogger(config.values, doors.clock)
    return await serve({ doors, config, logger, signal: signal.received })
  } catch (error) {
    const explanation = explain(error)
    if (explanation === undefined) throw error
    process.stderr.write(`kafka-ts broker: ${explanation}\n`)
    return error instanceof ConfigError ? EXIT_USAGE : EXIT_FAILED
  } finally {
    signal.stop()
  }
}

async function serve(daemon: {
  readonly doors: Doors
  readonly config: BrokerConfig
  readonly logger: Logger
  readonly signal: Promise<string>
}): Promise<number> {
  const { doors, config, logger, signal } = daemon
  exitOnUnexpectedError(logger)
  const broker = await Broker.start({ doors, config, logger })
  const [address] = broker.listeners
  process.stdout.write(`kafka-ts broker ${broker.nodeId} ready on ${address === undefined ? '' : formatAddress(address)}\n`)
  const name = await signal
  logger.info({ signal: name }, 'stopping')
  await broker.close()
  logger.info({}, 'stopped')
  return EXIT_OK
}

/** The first signal stops the broker, those after it change nothing: the stop is under way. */
function awaitSignal(): { readonly received: Promise<string>; readonly stop: () => void } {
  const { promise, resolve } = Promise.withResolvers<string>()
  for (const name of SIGNALS) process.on(name, resolve)
  return {
    received: promise,
    stop: () => {
      for (const name of SIGNALS) process.off(name, resolve)
    },
  }
}

/** A broker in a state that nobody foresaw must not go on acknowledging. */
function exitOnUnexpectedError(logger: Logger): void {
  const exit = (error: unknown): void => {
    logger.error({ err: error }, 'an error nobody expected; the broker ends')
    process.exit(EXIT_FAILED)
  }
  process.on('uncaughtException', exit)
  process.on('unhandledRejection', exit)
}

/** What a person can do about a failure to start; undefined when it is not one of those that are expected. */
function explain(error: unknown): string | undefined {
  if (error instanceof ConfigError) return `${error.message}. docs/configuration.md lists every config.`
  if (error instanceof NetworkError) return explainNetwork(error)
  if (error instanceof StorageError) return error.message
  if (error instanceof DiskError)
    return `${error.message}. Check that the data directory exists, is writable and has space, or choose another --data-dir.`
  return undefined
}

function explainNetwork(error: NetworkError): string {
  if (error.code === 'EADDRINUSE') return `${error.message}. Another program uses that port: stop it, or choose another --port.`
  if (error.code === 'EACCES') return `${error.message}. Ports below 1024 need special rights: choose another --port.`
  if (error.code === 'EADDRNOTAVAIL') return `${error.message}. This machine has no such address: choose another --host.`
  return `${error.message}. Check listeners, --host and --port.`
}
