import { type Apis, apis } from '@kafka-ts/protocol'
import type { Handler } from './handler.ts'

const supported = Object.values(apis).map(({ key, minVersion, maxVersion }) => ({ key, minVersion, maxVersion }))

/** Says who this broker is, what it speaks and what it accepts. */
export const handleHello: Handler<Apis['hello']> = ({ core, connection, peer }, request) => {
  const { clientName, clientVersion, clientId } = request
  peer.clientId = clientId
  core.logger.debug({ clientName, clientVersion, clientId, remote: connection.remote }, 'a client said hello')
  const { values } = core.config
  return {
    response: {
      brokerId: core.nodeId,
      clusterId: core.clusterId,
      apis: supported,
      maxFrameBytes: values['socket.request.max.bytes'],
      maxBatchBytes: values['message.max.bytes'],
      maxInFlight: values['connection.max.in.flight.requests'],
    },
  }
}
