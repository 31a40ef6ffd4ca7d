import { type ApiRange, isClientSoftwareValid, type KafkaApis } from '@kafka-ts/kafka-wire'
import { errorCode } from '@kafka-ts/protocol'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** Says what can be asked. */
export function apiVersionsHandler(apiKeys: readonly ApiRange[]): KafkaHandler<KafkaApis['apiVersions']> {
  return ({ core, connection }, request, version) => {
    if (!isClientSoftwareValid(request, version)) return { ...NO_THROTTLE, errorCode: errorCode('INVALID_REQUEST'), apiKeys: [] }
    const { clientSoftwareName, clientSoftwareVersion } = request
    core.logger.debug({ clientSoftwareName, clientSoftwareVersion, remote: connection.remote }, 'a client asked for the versions')
    return { ...NO_THROTTLE, errorCode: errorCode('NONE'), apiKeys }
  }
}
