import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { apiVersionsRequest, readListener } from './api-versions.ts'
import { nodeProbe } from './network-probe.ts'

/** What a listener is taken for that treats a connection so. */
async function listener(treat: (socket: Socket) => void) {
  const server = createServer(treat).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  const connection = await nodeProbe().connect({ host: '127.0.0.1', port }, 1000)
  try {
    return readListener(await connection.exchange(apiVersionsRequest(), 1000))
  } finally {
    connection.close()
  }
}

it('knows a Kafka broker by its answer', async () => {
  const kafka = await listener((socket) =>
    socket.once('data', (request: Buffer) => {
      const answer = Buffer.alloc(14)
      answer.writeInt32BE(10, 0)
      request.copy(answer, 4, 8, 12)
      answer.writeInt32BE(40, 10)
      socket.end(answer)
    }),
  )
  expect(kafka).toEqual({ kind: 'kafka', apis: 40 })
})

it('tells TLS, something else, and one who hangs up from it', async () => {
  expect(await listener((socket) => void socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, 70])))).toEqual({ kind: 'tls' })
  expect(await listener((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))).toEqual({
    kind: 'other',
    begins: 'HTTP/1.1 400 Bad',
  })
  expect(await listener((socket) => void socket.end())).toEqual({ kind: 'silent' })
})

it('does not wait longer than it was told to', async () => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  const connection = await nodeProbe().connect({ host: '127.0.0.1', port }, 1000)
  await expect(connection.exchange(apiVersionsRequest(), 50)).rejects.toThrow('no answer in time')
})

it('says why nobody listens', async () => {
  await expect(nodeProbe().connect({ host: '127.0.0.1', port: 1 }, 1000)).rejects.toThrow('ECONNREFUSED')
})
