import type { Address, Connection } from '@kafka-ts/io'
import { ConfigError } from '../config/config-type.ts'

const MAX_PORT = 65_535
const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::', ''])
const LOOPBACKS: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost'])

/** Reads `[NAME://]HOST:PORT`, an IPv6 host in brackets. Throws `ConfigError`, naming the config. */
export function parseListener(config: string, text: string): Address {
  const match = /^(?:[A-Za-z][A-Za-z0-9_]*:\/\/)?(?:\[([0-9a-fA-F:.]+)\]|([^:/[\]\s]*)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (match === null || port > MAX_PORT) throw new ConfigError(`${config}: ${text} is not [NAME://]HOST:PORT`)
  const host = match[1] ?? match[2] ?? ''
  return { host: host === '' ? '0.0.0.0' : host, port }
}

/** Whether a listener on `host` takes connections on every address of the machine. */
export function isWildcard(host: string): boolean {
  return WILDCARDS.has(host)
}

/** Whether only the machine itself can reach `host`. */
export function isLoopback(host: string): boolean {
  return LOOPBACKS.has(host) || host.startsWith('127.')
}

/** `host:port`, an IPv6 host in brackets. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** What clients are told about how to reach the broker. */
export class AdvertisedAddresses {
  readonly #advertised: readonly Address[]
  #bound: readonly Address[] = []

  /** `advertised` is empty, or has one address a listener, in their order. Throws `ConfigError` when it has another number. */
  constructor(listeners: readonly Address[], advertised: readonly Address[]) {
    if (advertised.length > 0 && advertised.length !== listeners.length) {
      throw new ConfigError(
        `advertised.listeners has ${advertised.length} addresses, listeners has ${listeners.length}: it needs one each, or none`,
      )
    }
    for (const { host } of advertised) {
      if (isWildcard(host))
        throw new ConfigError(`advertised.listeners: clients cannot connect to ${host}; give the address they reach this broker at`)
    }
    this.#advertised = advertised
  }

  /** Called with the addresses that were really bound, in the order of the listeners. */
  setBound(bound: readonly Address[]): void {
    this.#bound = bound
  }

  /** The address for a client: the advertised one of the listener it used, else the bound one, else (a wildcard) the one it reached. */
  addressFor(connection: { readonly listenerIndex: number; readonly local: Connection['local'] }): Address {
    const advertised = this.#advertised[connection.listenerIndex]
    // Port 0 was replaced by the one the system picked.
    if (advertised !== undefined)
      return advertised.port === 0 ? { host: advertised.host, port: this.#boundOf(connection).port } : advertised
    const bound = this.#boundOf(connection)
    return isWildcard(bound.host) ? { host: withoutMapping(connection.local.host), port: bound.port } : bound
  }

  /** Listeners that everybody can reach and that send everybody to their own machine. */
  misleading(): readonly { readonly bound: Address; readonly advertised: Address }[] {
    return this.#bound.flatMap((bound, index) => {
      const advertised = this.#advertised[index]
      return advertised !== undefined && isLoopback(advertised.host) && !isLoopback(bound.host) ? [{ bound, advertised }] : []
    })
  }

  #boundOf({ listenerIndex, local }: { readonly listenerIndex: number; readonly local: Address }): Address {
    return this.#bound[listenerIndex] ?? local
  }
}

/** An IPv4 client of an IPv6 wildcard socket is seen as `::ffff:a.b.c.d`. */
function withoutMapping(host: string): string {
  return host.startsWith('::ffff:') ? host.slice('::ffff:'.length) : host
}
