export type { BatchProblem, BatchProblemKind } from './batch-problem.ts'
export { readInt64, readUint32, writeInt16, writeInt32, writeInt64 } from './big-endian.ts'
export { type BatchValidation, type CheckBatchOptions, checkBatch } from './check.ts'
export { type CheckRecordsOptions, checkRecords, type RecordsFound } from './check-records.ts'
export { CODECS, type Codec, type CompressionDoor, codecNumber, codecOf } from './compression/codec.ts'
export { compressRecords } from './compression/compress-records.ts'
export { decompressRecords } from './compression/decompress-records.ts'
export { crc32c, crc32cJavaScript, isCrc32cNative } from './crc32c.ts'
export { type BatchRange, type IterateBatchesOptions, iterateBatches } from './iterate-batches.ts'
export * from './layout.ts'
export { murmur2, murmur2OfString, partitionForKey } from './murmur2.ts'
export {
  type BatchFields,
  RecordBatchBuilder,
  type RecordBatchBuilderOptions,
  type RecordBytes,
  type RecordHeader,
} from './record-batch-builder.ts'
export { type OpenBatchOptions, openBatch, type ReadRecordHeader, RecordBatchReader } from './record-batch-reader.ts'
export { MALFORMED, NULL_POSITION, RecordWalker } from './record-walker.ts'
export { RecordsError, type RecordsErrorKind } from './records-error.ts'
export { sequenceAfter, sequenceDistance } from './sequence.ts'
export {
  type BatchStamp,
  batchCrc,
  type ProducerStamp,
  restampLogAppendTime,
  sealBatch,
  stampBatch,
  stampProducer,
} from './stamp.ts'
export { varintBytes, varlongBytes, writeVarint, writeVarlong } from './varint.ts'
