export {
  type AnyApi,
  API_VERSIONS_KEY,
  type Api,
  type ApiDefinition,
  type HeaderVersions,
  isServed,
  type RequestDraftOf,
  type RequestOf,
  type ResponseDraftOf,
  type ResponseOf,
} from './api.ts'
export {
  type ApiRange,
  apiRange,
  decodeApiVersionsResponse,
  encodeUnsupportedApiVersions,
  isClientSoftwareValid,
} from './api-versions-rules.ts'
export { OPERATIONS_NOT_ASKED_FOR } from './authorized-operations.ts'
export {
  correlationIdOf,
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  openRequest,
  type ReceivedRequest,
  type ReceivedResponse,
  type RequestMessage,
  type ResponseMessage,
} from './envelope.ts'
export { DEFAULT_MAX_KAFKA_FRAME_BYTES, KafkaFrameDecoder } from './frame.ts'
export type {
  AlterConfigsRequest,
  AlterConfigsResourceRequest,
  AlterConfigsResponse,
  AlterConfigsResultResponse,
} from './messages/alter-configs.ts'
export type { ApiVersionsRequest, ApiVersionsResponse } from './messages/api-versions.ts'
export type {
  ConsumerGroupDescribeGroupResponse,
  ConsumerGroupDescribeMemberResponse,
  ConsumerGroupDescribeRequest,
  ConsumerGroupDescribeResponse,
} from './messages/consumer-group-describe.ts'
export type { ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse } from './messages/consumer-group-heartbeat.ts'
export type { CreatePartitionsRequest, CreatePartitionsResponse, CreatePartitionsTopicRequest } from './messages/create-partitions.ts'
export type {
  CreateTopicsConfigResponse,
  CreateTopicsRequest,
  CreateTopicsResponse,
  CreateTopicsTopicRequest,
  CreateTopicsTopicResponse,
} from './messages/create-topics.ts'
export type { DeleteGroupsRequest, DeleteGroupsResponse } from './messages/delete-groups.ts'
export type {
  DeleteRecordsPartitionRequest,
  DeleteRecordsPartitionResponse,
  DeleteRecordsRequest,
  DeleteRecordsResponse,
  DeleteRecordsTopicRequest,
  DeleteRecordsTopicResponse,
} from './messages/delete-records.ts'
export type { DeleteTopicsRequest, DeleteTopicsResponse, DeleteTopicsResultResponse } from './messages/delete-topics.ts'
export type { DescribeClusterBrokerResponse, DescribeClusterRequest, DescribeClusterResponse } from './messages/describe-cluster.ts'
export type {
  DescribeConfigsConfigResponse,
  DescribeConfigsRequest,
  DescribeConfigsResourceRequest,
  DescribeConfigsResponse,
  DescribeConfigsResultResponse,
} from './messages/describe-configs.ts'
export type {
  DescribeGroupsGroupResponse,
  DescribeGroupsMemberResponse,
  DescribeGroupsRequest,
  DescribeGroupsResponse,
} from './messages/describe-groups.ts'
export type {
  DescribeLogDirsPartitionResponse,
  DescribeLogDirsRequest,
  DescribeLogDirsResponse,
  DescribeLogDirsResultResponse,
  DescribeLogDirsTopicResponse,
} from './messages/describe-log-dirs.ts'
export type {
  FetchNodeEndpointResponse,
  FetchPartitionRequest,
  FetchPartitionResponse,
  FetchRequest,
  FetchResponse,
  FetchTopicRequest,
  FetchTopicResponse,
} from './messages/fetch.ts'
export type { FindCoordinatorCoordinatorResponse, FindCoordinatorRequest, FindCoordinatorResponse } from './messages/find-coordinator.ts'
export type { HeartbeatRequest, HeartbeatResponse } from './messages/heartbeat.ts'
export type {
  IncrementalAlterConfigsConfigRequest,
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResourceRequest,
  IncrementalAlterConfigsResponse,
  IncrementalAlterConfigsResultResponse,
} from './messages/incremental-alter-configs.ts'
export type { InitProducerIdRequest, InitProducerIdResponse } from './messages/init-producer-id.ts'
export type { JoinGroupRequest, JoinGroupResponse } from './messages/join-group.ts'
export type { LeaveGroupRequest, LeaveGroupResponse } from './messages/leave-group.ts'
export type { ListGroupsGroupResponse, ListGroupsRequest, ListGroupsResponse } from './messages/list-groups.ts'
export type {
  ListOffsetsPartitionRequest,
  ListOffsetsPartitionResponse,
  ListOffsetsRequest,
  ListOffsetsResponse,
  ListOffsetsTopicRequest,
  ListOffsetsTopicResponse,
} from './messages/list-offsets.ts'
export type {
  MetadataBrokerResponse,
  MetadataPartitionResponse,
  MetadataRequest,
  MetadataResponse,
  MetadataTopicResponse,
} from './messages/metadata.ts'
export type {
  OffsetCommitPartitionRequest,
  OffsetCommitRequest,
  OffsetCommitResponse,
  OffsetCommitTopicRequest,
  OffsetCommitTopicResponse,
} from './messages/offset-commit.ts'
export type {
  OffsetDeleteRequest,
  OffsetDeleteResponse,
  OffsetDeleteTopicRequest,
  OffsetDeleteTopicResponse,
} from './messages/offset-delete.ts'
export type {
  OffsetFetchGroupRequest,
  OffsetFetchGroupResponse,
  OffsetFetchGroupTopicResponse,
  OffsetFetchPartitionResponse,
  OffsetFetchRequest,
  OffsetFetchResponse,
  OffsetFetchTopicPartitionResponse,
  OffsetFetchTopicResponse,
} from './messages/offset-fetch.ts'
export type {
  OffsetForLeaderEpochPartitionResponse,
  OffsetForLeaderEpochRequest,
  OffsetForLeaderEpochResponse,
  OffsetForLeaderEpochTopicRequest,
  OffsetForLeaderEpochTopicResponse,
} from './messages/offset-for-leader-epoch.ts'
export type {
  ProduceNodeEndpointResponse,
  ProducePartitionRequest,
  ProducePartitionResponse,
  ProduceRequest,
  ProduceResponse,
  ProduceTopicRequest,
  ProduceTopicResponse,
} from './messages/produce.ts'
export type { SaslAuthenticateRequest, SaslAuthenticateResponse } from './messages/sasl-authenticate.ts'
export type { SaslHandshakeRequest, SaslHandshakeResponse } from './messages/sasl-handshake.ts'
export type { SyncGroupRequest, SyncGroupResponse } from './messages/sync-group.ts'
export { type KafkaApiName, type KafkaApis, kafkaApiByKey, kafkaApis } from './registry.ts'
export type { Draft, Infer } from './schema.ts'
export type { RecordChunks } from './sized-types.ts'
export { hasVersion, type Versions } from './version-range.ts'
