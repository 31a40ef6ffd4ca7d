import {
  isServed,
  type KafkaApis,
  kafkaApis,
  type ProducePartitionRequest,
  type ProducePartitionResponse,
  type ProduceRequest,
  type ProduceResponse,
} from '@kafka-ts/kafka-wire'
import { errorCode, KafkaError, wireCodeOf } from '@kafka-ts/protocol'
import { attributesOf, BATCH_HEADER_BYTES, CODEC_MASK, codecNumber, MAGIC_V2, magicOf } from '@kafka-ts/protocol/records'
import type { BrokerCore } from '../../core.ts'
import type { RequestContext } from '../../handlers/handler.ts'
import { type HostedTopic, hostedByName } from '../../handlers/hosted-topics.ts'
import { NO_ACKS, produceFor } from '../../handlers/produce.ts'
import type { AppendOutcome } from '../../partition/ack-queue.ts'
import { failure } from '../../partition/partition.ts'
import type { ProduceTarget } from '../../partition/produce-records.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** A client of an earlier version does not know zstd, nor do its consumers (KIP-110). */
const ZSTD_VERSION = 7
const ZSTD = codecNumber('zstd')
const NO_RECORDS = new Uint8Array(0)

/** Appends record batches. Versions that are only advertised (0 to 2) are refused. */
export const handleProduce: KafkaHandler<KafkaApis['produce']> = (context, request, version) => {
  if (!isServed(kafkaApis.produce, version)) return refuse(context, request, errorCode('UNSUPPORTED_VERSION'))
  try {
    const outcomes = produceFor(context, toTargets(context.core, request, version), request)
    return outcomes?.then((settled) => toResponse(request, settled))
  } catch (error) {
    if (error instanceof KafkaError) return refuse(context, request, wireCodeOf(error))
    throw error
  }
}

function toTargets(core: BrokerCore, { topicData }: ProduceRequest, version: number): ProduceTarget[] {
  const targets: ProduceTarget[] = []
  for (const { name, partitionData } of topicData) {
    const hosted = hostedByName(core, name)
    for (const partition of partitionData) targets.push(toTarget(hosted, partition, version))
  }
  return targets
}

function toTarget(hosted: HostedTopic, { index, records }: ProducePartitionRequest, version: number): ProduceTarget {
  const batches = records ?? NO_RECORDS
  if (version < ZSTD_VERSION && isZstd(batches)) {
    return { partition: undefined, missingCode: errorCode('UNSUPPORTED_COMPRESSION_TYPE'), records: batches }
  }
  return { partition: hosted.partitions?.[index], missingCode: hosted.missingCode, records: batches }
}

function isZstd(batches: Uint8Array): boolean {
  return batches.length >= BATCH_HEADER_BYTES && magicOf(batches, 0) === MAGIC_V2 && (attributesOf(batches, 0) & CODEC_MASK) === ZSTD
}

/** The same error for every partition. */
function refuse({ connection }: RequestContext, request: ProduceRequest, code: number): ProduceResponse | undefined {
  if (request.acks === NO_ACKS) {
    connection.closeGently(`a produce with acks=0 was refused: error ${code}`)
    return undefined
  }
  const count = request.topicData.reduce((sum, { partitionData }) => sum + partitionData.length, 0)
  return toResponse(request, new Array<AppendOutcome>(count).fill(failure(code)))
}

function toResponse({ topicData }: ProduceRequest, outcomes: readonly AppendOutcome[]): ProduceResponse {
  let slot = 0
  const responses = topicData.map(({ name, partitionData }) => ({
    name,
    partitionResponses: partitionData.map(({ index }) => toPartitionResponse(index, outcomes[slot++] as AppendOutcome)),
  }))
  return { ...NO_THROTTLE, responses }
}

function toPartitionResponse(index: number, outcome: AppendOutcome): ProducePartitionResponse {
  const { errorCode: code, errorMessage = null, baseOffset, logAppendTimeMs, logStartOffset } = outcome
  return { index, errorCode: code, errorMessage, baseOffset, logAppendTimeMs, logStartOffset }
}
