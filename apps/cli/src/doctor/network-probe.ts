import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Where something listens. */
export interface ProbeAddress {
  readonly host: string
  readonly port: number
}

/** A connection that one question is asked on. */
export interface ProbeConnection {
  /** Sends bytes and answers what first comes back; empty when the other side closes without a word. */
  exchange(bytes: Uint8Array, timeoutMs: number): Promise<Buffer>
  close(): void
}

/** The network below the client, to say which part of it fails. */
export interface NetworkProbe {
  /** The addresses a name stands for. */
  lookup(host: string): Promise<readonly string[]>
  connect(address: ProbeAddress, timeoutMs: number): Promise<ProbeConnection>
}

/** The network of this machine. */
export function nodeProbe(): NetworkProbe {
  return {
    lookup: async (host) => (await lookup(host.replace(/^\[|\]$/g, ''), { all: true })).map(({ address }) => address),
    connect: async ({ host, port }, timeoutMs) => {
      const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port, timeout: timeoutMs })
      // Errors after the first answer do not matter: the probe closes then anyway.
      socket.on('error', () => undefined)
      await untilFirst(socket, 'connect')
      return { exchange: (bytes, limitMs) => exchange(socket, bytes, limitMs), close: () => socket.destroy() }
    },
  }
}

async function exchange(socket: Socket, bytes: Uint8Array, timeoutMs: number): Promise<Buffer> {
  socket.setTimeout(timeoutMs)
  socket.write(bytes)
  const [chunk] = await untilFirst(socket, 'data', 'end', 'close')
  return Buffer.isBuffer(chunk) ? chunk : Buffer.alloc(0)
}

async function untilFirst(socket: Socket, ...names: readonly string[]): Promise<unknown[]> {
  const ending = new AbortController()
  const { signal } = ending
  const timedOut = once(socket, 'timeout', { signal }).then((): never => {
    socket.destroy()
    throw new Error('no answer in time')
  })
  try {
    return await Promise.race([timedOut, ...names.map((name) => once(socket, name, { signal }))])
  } finally {
    // The listeners that lost are taken away; what they say of it is nobody's to hear.
    ending.abort()
  }
}
