import { connect } from 'node:net'
import { decodeResponse, encodeRequest, KafkaFrameDecoder, kafkaApis } from '@kafka-ts/kafka-wire'

/** Needed for idempotent producers. */
export const initProducerIdKey = kafkaApis.initProducerId.key

/** The keys of the APIs that a broker advertises, by Kafka's ApiVersions v0. */
export async function advertisedApis(address: string): Promise<Set<number>> {
  const [host, port] = address.split(':') as [string, string]
  const socket = connect({ host, port: Number(port) })
  const api = kafkaApis.apiVersions
  try {
    for (const chunk of encodeRequest(api, { version: 0, correlationId: 1, clientId: 'interop', request: {} })) socket.write(chunk)
    const frames = new KafkaFrameDecoder()
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      const received: Uint8Array[] = []
      frames.push(chunk, (frame) => received.push(frame))
      const [frame] = received
      if (frame !== undefined) return new Set(decodeResponse(api, 0, frame).response.apiKeys.map(({ apiKey }) => apiKey))
    }
    throw new Error('the broker closed the connection instead of answering ApiVersions')
  } finally {
    socket.destroy()
  }
}
