import { readFileSync } from 'node:fs'
import type { SeededRandom } from '@kafka-ts/io/simulated'
import { kafkaApis } from '@kafka-ts/kafka-wire'

/** Bytes for Kafka's door. */
export interface Input {
  /** What kind of nonsense it is. */
  readonly kind: string
  readonly bytes: Uint8Array
  /** The length in front is that of what follows, so that another request can follow. */
  readonly isFramed: boolean
  /** It may be a fetch that waits. */
  readonly mayPark: boolean
}

const captures: readonly Buffer[] = Object.values(
  JSON.parse(readFileSync(new URL('captures.json', import.meta.url), 'utf8')) as Record<string, string>,
).map((hex) => Buffer.from(hex, 'hex'))
const apis = Object.values(kafkaApis)
const maxInt32 = 0x7fffffff
const frameLimit = 100 * 1024 * 1024
/** Values at which lengths and counts turn. */
const edges = [0, 1, -1, -2, 127, 128, 255, 256, 32_767, -32_768, 65_536, 20_000_000, frameLimit, maxInt32, -(2 ** 31)]
/** Varints of 20 million, 2^31 (a compact count of 2^31-1), 2^32-1, and one without an end. */
const varintEdges = ['80dac409', '8080808008', 'ffffffff0f', 'ffffffffffffffffffff'].map((hex) => Buffer.from(hex, 'hex'))

type MakeInput = (random: SeededRandom) => Input

/** Kinds with their weights. */
const kinds: readonly (readonly [weight: number, make: MakeInput])[] = [
  [40, mutatedCapture],
  [20, noiseBody],
  [10, countOfManyElements],
  [10, manyTaggedFields],
  [5, unchangedCapture],
  [5, cutCapture],
  [5, giantLength],
  [5, randomBytes],
]
const totalWeight = kinds.reduce((sum, [weight]) => sum + weight, 0)

/** The next input of a stream that depends on the seed only. */
export function nextInput(random: SeededRandom): Input {
  let ticket = random.below(totalWeight)
  for (const [weight, make] of kinds) {
    if (ticket < weight) return make(random)
    ticket -= weight
  }
  throw new Error('the weights add up to less than their total')
}

function unchangedCapture(random: SeededRandom): Input {
  return framed('a captured request', pick(random, captures))
}

/** One to four changes anywhere in a captured request. */
function mutatedCapture(random: SeededRandom): Input {
  let frame: Buffer = Buffer.from(pick(random, captures))
  for (let changes = 1 + random.below(4); changes > 0; changes--) frame = mutate(frame, random)
  return framed('a captured request, changed', frame)
}

function mutate(frame: Buffer, random: SeededRandom): Buffer {
  const at = random.below(Math.max(1, frame.length - 4))
  switch (random.below(6)) {
    case 0:
      frame[at] = random.below(256)
      return frame
    case 1:
      frame[at] = (frame[at] as number) ^ (1 << random.below(8))
      return frame
    case 2:
      if (frame.length >= at + 4) frame.writeInt32BE(pick(random, edges), at)
      return frame
    case 3:
      return Buffer.concat([frame.subarray(0, at), pick(random, varintEdges), frame.subarray(at + 1)])
    case 4:
      return Buffer.concat([frame.subarray(0, at), random.bytes(1 + random.below(8)), frame.subarray(at)])
    default:
      return frame.subarray(0, Math.max(1, at))
  }
}

/** A request that ends too early, with the length it should have. */
function cutCapture(random: SeededRandom): Input {
  const frame = pick(random, captures)
  const cut = frame.subarray(0, random.below(frame.length))
  return { kind: 'a captured request, cut off', bytes: withLength(cut, frame.length), isFramed: false, mayPark: false }
}

/** A good header, then bytes of which many mean something: small counts, nulls, letters. */
function noiseBody(random: SeededRandom): Input {
  const body = Buffer.from(random.bytes(random.below(120)))
  const frequent = [0, 0, 0, 1, 1, 2, 3, 0x61, 0xff]
  for (let at = 0; at < body.length; at++) if (random.chance(0.8)) body[at] = pick(random, frequent)
  return framed('a header and noise', Buffer.concat([anyHeader(random), body]))
}

/** A count of 2^31-1 or so where the first array of a request may stand. */
function countOfManyElements(random: SeededRandom): Input {
  const before = Buffer.alloc(random.below(24))
  const count = random.chance(0.5) ? int32(pick(random, edges)) : pick(random, varintEdges)
  return framed('an array of 2^31-1', Buffer.concat([anyHeader(random), before, count, random.bytes(random.below(64))]))
}

/** 20 million tagged fields in a header or in a body, some of which are there. */
function manyTaggedFields(random: SeededRandom): Input {
  const { metadata } = kafkaApis
  const start = header(metadata.key, 9 + random.below(4))
  const place = random.chance(0.5) ? Buffer.alloc(0) : Buffer.from([0, 1, 1, 0, 0])
  const tags = Buffer.alloc(random.below(200))
  for (let at = 0; at + 1 < tags.length; at += 2) tags[at] = at / 2
  return framed('20 million tagged fields', Buffer.concat([start, place, pick(random, varintEdges), tags]))
}

function giantLength(random: SeededRandom): Input {
  const length = random.chance(0.5) ? pick(random, edges) : random.uint32() | 0
  const body = random.chance(0.02) ? Buffer.alloc(1024 * 1024) : random.bytes(random.below(100))
  return { kind: 'a giant length', bytes: withLength(body, length), isFramed: false, mayPark: false }
}

function randomBytes(random: SeededRandom): Input {
  return { kind: 'random bytes', bytes: random.bytes(1 + random.below(200)), isFramed: false, mayPark: false }
}

function framed(kind: string, frame: Uint8Array): Input {
  const mayPark = frame[0] === 0 && frame[1] === kafkaApis.fetch.key
  return { kind, bytes: withLength(frame, frame.length), isFramed: true, mayPark }
}

function withLength(frame: Uint8Array, length: number): Buffer {
  return Buffer.concat([int32(length), frame])
}

function anyHeader(random: SeededRandom): Buffer {
  const api = pick(random, apis)
  const { min, max } = api.versions
  return header(api.key, min + random.below(max - min + 1))
}

/** Key, version, correlation id 1, client id null; tagged fields are the caller's. */
function header(key: number, version: number): Buffer {
  const bytes = Buffer.alloc(10)
  bytes.writeInt16BE(key, 0)
  bytes.writeInt16BE(version, 2)
  bytes.writeInt32BE(1, 4)
  bytes.writeInt16BE(-1, 8)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value | 0)
  return bytes
}

function pick<T>(random: SeededRandom, from: readonly T[]): T {
  return from[random.below(from.length)] as T
}
