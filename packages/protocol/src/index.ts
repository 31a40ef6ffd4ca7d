export { type AnyApi, type Api, type ApiDefinition, defineApi, hasVersion, type RequestOf, type ResponseOf } from './api.ts'
export { type ConfigEntry, ConfigResourceType, ConfigSource, ConfigType } from './apis/config-entry.ts'
export {
  type ConsumerGroupHeartbeatRequest,
  type ConsumerGroupHeartbeatResponse,
  consumerGroupHeartbeat,
  JOIN_GROUP_EPOCH,
  LEAVE_GROUP_EPOCH,
  LEAVE_GROUP_STATIC_EPOCH,
} from './apis/consumer-group-heartbeat.ts'
export type { CreatePartitionsRequest, CreatePartitionsResponse, CreatePartitionsTopicRequest } from './apis/create-partitions.ts'
export type {
  CreateTopicsRequest,
  CreateTopicsResponse,
  CreateTopicsTopicRequest,
  CreateTopicsTopicResponse,
} from './apis/create-topics.ts'
export { type DeleteGroupsRequest, type DeleteGroupsResponse, deleteGroups } from './apis/delete-groups.ts'
export {
  type DeleteRecordsPartitionResponse,
  type DeleteRecordsRequest,
  type DeleteRecordsResponse,
  HIGH_WATERMARK_OFFSET,
} from './apis/delete-records.ts'
export type { DeleteTopicsRequest, DeleteTopicsResponse } from './apis/delete-topics.ts'
export type { DescribeClusterRequest, DescribeClusterResponse, DescribedBroker } from './apis/describe-cluster.ts'
export type { DescribeConfigsRequest, DescribeConfigsResourceResponse, DescribeConfigsResponse } from './apis/describe-configs.ts'
export {
  type DescribedGroup,
  type DescribedGroupMember,
  type DescribeGroupsRequest,
  type DescribeGroupsResponse,
  describeGroups,
} from './apis/describe-groups.ts'
export type { DescribedLogDir, DescribeLogDirsRequest, DescribeLogDirsResponse } from './apis/describe-log-dirs.ts'
export type { FetchPartitionRequest, FetchPartitionResponse, FetchRequest, FetchResponse } from './apis/fetch.ts'
export { type FindCoordinatorRequest, type FindCoordinatorResponse, findCoordinator } from './apis/find-coordinator.ts'
export type { TopicPartitions } from './apis/group-partitions.ts'
export type { HelloRequest, HelloResponse } from './apis/hello.ts'
export {
  type AlterConfigsResource,
  ConfigOperation,
  type IncrementalAlterConfigsRequest,
  type IncrementalAlterConfigsResponse,
} from './apis/incremental-alter-configs.ts'
export type { InitProducerIdRequest, InitProducerIdResponse } from './apis/init-producer-id.ts'
export { type ListedGroup, type ListGroupsRequest, type ListGroupsResponse, listGroups } from './apis/list-groups.ts'
export {
  EARLIEST_TIMESTAMP,
  LATEST_TIMESTAMP,
  type ListOffsetsPartitionRequest,
  type ListOffsetsPartitionResponse,
  type ListOffsetsRequest,
  type ListOffsetsResponse,
  MAX_TIMESTAMP,
} from './apis/list-offsets.ts'
export type { MetadataBroker, MetadataPartition, MetadataRequest, MetadataResponse, MetadataTopic } from './apis/metadata.ts'
export { NO_MEMBER_EPOCH, type OffsetCommitRequest, type OffsetCommitResponse, offsetCommit } from './apis/offset-commit.ts'
export { type OffsetDeleteRequest, type OffsetDeleteResponse, offsetDelete } from './apis/offset-delete.ts'
export { type OffsetFetchGroupResponse, type OffsetFetchRequest, type OffsetFetchResponse, offsetFetch } from './apis/offset-fetch.ts'
export type { ProducePartitionResponse, ProduceRequest, ProduceResponse } from './apis/produce.ts'
export { AttachmentReader } from './attachments.ts'
export { type CopyPlace, copyBytes, countingCopies, joinBytes, noteCopy } from './copy-bytes.ts'
export {
  apiOf,
  decodeRequest,
  decodeResponse,
  encodeErrorResponse,
  encodeRequest,
  encodeResponse,
  openRequest,
  openResponse,
  type ReceivedRequest,
  type ReceivedResponse,
  type RequestMessage,
  type ResponseMessage,
} from './envelope.ts'
export {
  type ErrorName,
  errorByCode,
  errorCode,
  errorName,
  isRetriable,
  isWireErrorName,
  KafkaError,
  type KafkaErrorCode,
  type LocalErrorName,
  type WireError,
  wireCodeOf,
} from './errors.ts'
export { DEFAULT_MAX_BODY_BYTES, DEFAULT_MAX_FRAME_BYTES, FRAME_HEADER_BYTES, type Frame, FrameDecoder, PREAMBLE } from './frame.ts'
export { LengthPrefixedDecoder, type PrefixRules } from './length-prefixed.ts'
export { type ApiName, type Apis, apiByKey, apis } from './registry.ts'
export { uuidFromString, uuidToString, ZERO_UUID } from './uuid.ts'
