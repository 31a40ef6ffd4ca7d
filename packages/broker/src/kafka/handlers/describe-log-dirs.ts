import type { DescribeLogDirsResultResponse, KafkaApis } from '@kafka-ts/kafka-wire'
import { type DescribedLogDir, errorCode } from '@kafka-ts/protocol'
import { describeLogDirs } from '../../handlers/describe-log-dirs.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** Tells what each data directory holds. */
export const handleDescribeLogDirs: KafkaHandler<KafkaApis['describeLogDirs']> = async ({ core }, { topics }) => {
  const wanted = topics === null ? null : topics.map(({ topic, partitions }) => ({ name: topic, partitions }))
  return { ...NO_THROTTLE, errorCode: errorCode('NONE'), results: (await describeLogDirs(core, wanted)).map(toResult) }
}

function toResult({ path, topics, ...directory }: DescribedLogDir): DescribeLogDirsResultResponse {
  return {
    ...directory,
    logDir: path,
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partition, size, offsetLag, isFuture }) => ({
        partitionIndex: partition,
        partitionSize: size,
        offsetLag,
        isFutureKey: isFuture,
      })),
    })),
  }
}
