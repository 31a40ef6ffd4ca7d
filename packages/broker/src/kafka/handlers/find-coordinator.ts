import type { FindCoordinatorCoordinatorResponse, FindCoordinatorResponse, KafkaApis } from '@kafka-ts/kafka-wire'
import { type ErrorName, errorByCode, errorCode } from '@kafka-ts/protocol'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

const GROUP = 0
const TRANSACTION = 1
/** From here on several keys may be asked for at once. */
const BATCHED_VERSION = 4
const NO_NODE = { nodeId: -1, host: '', port: -1 } as const

/** Says that there is no coordinator, in the way that makes clients fail soonest. */
export const handleFindCoordinator: KafkaHandler<KafkaApis['findCoordinator']> = (_context, { key, keyType, coordinatorKeys }, version) =>
  version < BATCHED_VERSION
    ? toSingle(missing(key, keyType))
    : { ...NO_THROTTLE, coordinators: coordinatorKeys.map((each) => missing(each, keyType)) }

function missing(key: string, keyType: number): FindCoordinatorCoordinatorResponse {
  const { code, meaning } = errorByCode(errorCode(errorOf(keyType)))
  return { key, ...NO_NODE, errorCode: code, errorMessage: meaning }
}

/** The error for transactions is one that clients do not retry. */
function errorOf(keyType: number): ErrorName {
  if (keyType === GROUP) return 'COORDINATOR_NOT_AVAILABLE'
  return keyType === TRANSACTION ? 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED' : 'INVALID_REQUEST'
}

function toSingle({ key: _key, ...coordinator }: FindCoordinatorCoordinatorResponse): FindCoordinatorResponse {
  return { ...NO_THROTTLE, ...coordinator }
}
