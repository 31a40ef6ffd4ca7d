import type { FindCoordinatorCoordinatorResponse, FindCoordinatorResponse, KafkaApis } from '@kafka-ts/kafka-wire'
import { type ErrorName, errorByCode, errorCode } from '@kafka-ts/protocol'
import { groupErrorOf } from '../../handlers/group-errors.ts'
import { type KafkaHandler, type KafkaRequestContext, NO_THROTTLE } from './kafka-handler.ts'

const GROUP = 0
const TRANSACTION = 1
/** From here on several keys may be asked for at once. */
const BATCHED_VERSION = 4
const NO_NODE = { nodeId: -1, host: '', port: -1 } as const

/** Says who coordinates a group: this broker. Transactions have no coordinator, which is said in the way that makes clients fail soonest. */
export const handleFindCoordinator: KafkaHandler<KafkaApis['findCoordinator']> = async (context, request, version) => {
  const { key, keyType, coordinatorKeys } = request
  if (version < BATCHED_VERSION) return toSingle(await find(context, key, keyType))
  return { ...NO_THROTTLE, coordinators: await Promise.all(coordinatorKeys.map((each) => find(context, each, keyType))) }
}

async function find(context: KafkaRequestContext, key: string, keyType: number): Promise<FindCoordinatorCoordinatorResponse> {
  if (keyType === TRANSACTION) return failed(key, 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED')
  if (keyType !== GROUP) return failed(key, 'INVALID_REQUEST')
  const { core, connection } = context
  try {
    await core.groups.ensureAvailable(key)
  } catch (error) {
    return failed(key, groupErrorOf(error))
  }
  const { host, port } = core.advertised.addressFor(connection)
  return { key, nodeId: core.nodeId, host, port, errorCode: errorCode('NONE'), errorMessage: null }
}

function failed(key: string, error: ErrorName): FindCoordinatorCoordinatorResponse {
  const { code, meaning } = errorByCode(errorCode(error))
  return { key, ...NO_NODE, errorCode: code, errorMessage: meaning }
}

function toSingle({ key: _key, ...coordinator }: FindCoordinatorCoordinatorResponse): FindCoordinatorResponse {
  return { ...NO_THROTTLE, ...coordinator }
}
