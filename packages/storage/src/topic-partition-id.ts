import { Buffer } from 'node:buffer'

/** Names one log. The topic id (16 bytes) tells a topic from a deleted one of the same name. */
export interface TopicPartitionId {
  readonly topic: string
  readonly topicId: Uint8Array
  readonly partition: number
}

const PARTITION_NUMBER = /^(.+)-(0|[1-9]\d{0,9})$/
const DELETED_DIRECTORY = /^(.+)\.[0-9a-f]{32}-delete$/

/** `<topic>-<partition>`, as Kafka names the directory of a log. */
export function directoryNameOf(id: Pick<TopicPartitionId, 'topic' | 'partition'>): string {
  return `${id.topic}-${id.partition}`
}

/** The reverse of `directoryNameOf`; undefined for any other name. */
export function parseDirectoryName(name: string): { readonly topic: string; readonly partition: number } | undefined {
  const match = PARTITION_NUMBER.exec(name)
  if (match === null || name.includes('.tmp')) return undefined
  return { topic: match[1]!, partition: Number(match[2]) }
}

/** The name a log's directory gets when it is to be deleted; `nonce` is 16 random bytes. */
export function deletedDirectoryName(name: string, nonce: Uint8Array): string {
  return `${name}.${Buffer.from(nonce).toString('hex')}-delete`
}

/** The name of the log whose deletion was begun, or undefined when `name` says nothing of the kind. */
export function parseDeletedDirectoryName(name: string): string | undefined {
  return DELETED_DIRECTORY.exec(name)?.[1]
}

/** A key for maps: equal for equal ids. */
export function logKey(topicId: Uint8Array, partition: number): string {
  return `${Buffer.from(topicId.buffer, topicId.byteOffset, topicId.length).toString('latin1')}${partition}`
}

/** Kafka's spelling of a UUID in text files: base64url without padding. */
export function formatTopicId(topicId: Uint8Array): string {
  return Buffer.from(topicId).toString('base64url')
}

/** The reverse of `formatTopicId`; undefined when it is not 16 bytes. */
export function parseTopicId(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.length === 16 ? Uint8Array.from(bytes) : undefined
}
