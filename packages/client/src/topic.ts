import { bytes, type Codec, nullable } from './codecs.ts'

/** A topic's name with the types of its keys and values. It says nothing about a cluster and can be shared by all of them. */
export interface Topic<Name extends string = string, Key = unknown, Value = unknown> {
  readonly name: Name
  readonly key: Codec<Key>
  readonly value: Codec<Value>
}

/**
 * Any topic, typed or by its plain name. A plain name has keys and values of bytes, null where a record has none; strings are accepted
 * when writing.
 */
// `any` because a codec both takes and gives its type: no single type is a supertype of all codecs.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type TopicLike = Topic<string, any, any> | string

/** What a producer may pass as the key of a record of `T`: any record may go without one. */
export type KeyOf<T extends TopicLike> = T extends Topic<string, infer Key, unknown> ? Key | null : string | Uint8Array | null
/** What a producer may pass as the value of a record of `T`. */
export type ValueOf<T extends TopicLike> = T extends Topic<string, unknown, infer Value> ? Value : string | Uint8Array | null

/** Describes a topic once, for producers and consumers: `topic('orders', { key: string(), value: json<Order>() })`. */
export function topic<const Name extends string, Key, Value>(
  name: Name,
  codecs: { readonly key: Codec<Key>; readonly value: Codec<Value> },
): Topic<Name, Key, Value> {
  return { name, key: codecs.key, value: codecs.value }
}

const rawCodec: Codec<Uint8Array | null> = nullable(bytes())

/** The topic behind a plain name: bytes or null, both ways. */
export function rawTopic(name: string): Topic<string, Uint8Array | null, Uint8Array | null> {
  return { name, key: rawCodec, value: rawCodec }
}

/** The name of a topic, however it is given. */
export function topicName(topicLike: TopicLike): string {
  return typeof topicLike === 'string' ? topicLike : topicLike.name
}

/** A topic with its codecs, whatever their types. */
// biome-ignore lint/suspicious/noExplicitAny: see TopicLike
export type AnyTopic = Topic<string, any, any>

/** The topic with its codecs: a plain name gets those of `rawTopic`. */
export function resolveTopic(topicLike: TopicLike): AnyTopic {
  return typeof topicLike === 'string' ? rawTopic(topicLike) : topicLike
}
