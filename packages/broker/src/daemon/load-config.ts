import { resolve } from 'node:path'
import type { Disk } from '@kafka-ts/io'
import { type BrokerConfig, createBrokerConfig } from '../config/broker-config.ts'
import { ConfigError } from '../config/config-type.ts'
import { formatAddress, parseListener } from '../server/listener-address.ts'
import {
  type BrokerFlags,
  mergeSettings,
  type Settings,
  settingsFromDocument,
  settingsFromEnvironment,
  settingsFromFlags,
} from './settings.ts'

export interface ConfigSources {
  readonly flags: BrokerFlags
  readonly env: Readonly<Record<string, string | undefined>>
  readonly disk: Disk
}

/** A config file larger than this is not one. */
const MAX_FILE_BYTES = 2 ** 20

/** The config of a broker: flags over environment over file over the defaults of the profile. Throws `ConfigError`. */
export async function loadConfig({ flags, env, disk }: ConfigSources): Promise<BrokerConfig> {
  const file: Settings = flags.file === undefined ? { configs: {} } : await settingsFromFile(disk, flags.file)
  const settings = mergeSettings(settingsFromFlags(flags), settingsFromEnvironment(env), file)
  const config = createBrokerConfig(settings.configs, settings.profile)
  if (flags.host === undefined && flags.port === undefined) return config
  return createBrokerConfig({ ...settings.configs, listeners: withHostAndPort(config, flags) }, settings.profile)
}

/** `--host` and `--port` change the one listener there is. */
function withHostAndPort(config: BrokerConfig, { host, port }: BrokerFlags): string {
  const [listener, ...others] = config.values.listeners
  if (listener === undefined || others.length > 0)
    throw new ConfigError('--host and --port are for a broker with one listener; with several, set listeners')
  const configured = parseListener('listeners', listener)
  return formatAddress({ host: host ?? configured.host, port: port ?? configured.port })
}

async function settingsFromFile(disk: Disk, file: string): Promise<Settings> {
  const path = resolve(file)
  const text = readText(disk, path)
  const { parse, YAMLParseError } = await import('yaml')
  try {
    return settingsFromDocument(parse(text), path)
  } catch (error) {
    if (error instanceof YAMLParseError) throw new ConfigError(`${path} is not YAML: ${error.message}`, { cause: error })
    throw error
  }
}

function readText(disk: Disk, path: string): string {
  const stat = disk.statSync(path)
  if (stat === undefined || stat.isDirectory) throw new ConfigError(`there is no config file ${path}`)
  if (stat.size > MAX_FILE_BYTES) throw new ConfigError(`${path} is larger than a config file can be`)
  const file = disk.openSync(path, 'read')
  try {
    const bytes = new Uint8Array(stat.size)
    return new TextDecoder().decode(bytes.subarray(0, file.readSync(bytes, 0)))
  } finally {
    file.closeSync()
  }
}
