import { Buffer } from 'node:buffer'
import { copyBytes } from './copy-bytes.ts'

/**
 * A stream of `prefix | payload`, where the prefix says how long the payload is: what the frames of both protocols have in common.
 */

/** A buffer for a whole payload is made when this share of it has arrived, so that a length alone costs a peer's victim nothing. */
const ALLOCATION_FACTOR = 8
/** Payloads up to this size get their buffer at once. */
const EAGER_ALLOCATION_BYTES = 64 * 1024
/** Chunks below this size are gathered in blocks while they wait: a Buffer object for each byte would cost a hundred times the byte. */
const SMALL_CHUNK_BYTES = 4 * 1024
const GATHER_BLOCK_BYTES = 2 * SMALL_CHUNK_BYTES

/** What a prefix looks like. */
export interface PrefixRules {
  readonly prefixBytes: number
  /** Bytes of the payload that follows, at least 1. Throws where the prefix is not to be accepted. */
  payloadBytes(prefix: Buffer): number
}

/** Cuts a stream of chunks into payloads. After it threw, the stream has lost its place. */
export class LengthPrefixedDecoder {
  readonly #rules: PrefixRules
  readonly #prefix: Buffer
  #prefixFilled = 0
  /** The payload under way, once its prefix is complete. */
  #assembly: PayloadAssembly | undefined

  constructor(rules: PrefixRules) {
    this.#rules = rules
    this.#prefix = Buffer.alloc(rules.prefixBytes)
  }

  /** Bytes of an unfinished prefix and payload that are held. */
  get pendingBytes(): number {
    return this.#prefixFilled + (this.#assembly?.receivedBytes ?? 0)
  }

  /**
   * Takes the next bytes of the stream and hands over each payload they complete, in order, before it returns: a view of `chunk` where
   * it lies in one, else of a buffer of its own. `prefix` is the decoder's and holds until `onPayload` returns. The decoder keeps views
   * of `chunk`: it must not be written to again. `onPayload` must not throw: the rest of the chunk would be lost.
   */
  push(chunk: Uint8Array, onPayload: (payload: Uint8Array, prefix: Buffer) => void): void {
    let position = 0
    while (position < chunk.length) {
      if (this.#assembly === undefined) {
        position = this.#readPrefix(chunk, position)
        if (this.#prefixFilled < this.#prefix.length) return
        this.#assembly = new PayloadAssembly(this.#rules.payloadBytes(this.#prefix))
        if (position === chunk.length) return
      }
      const assembly = this.#assembly
      const end = Math.min(chunk.length, position + assembly.missingBytes)
      assembly.add(chunk.subarray(position, end))
      position = end
      if (assembly.missingBytes > 0) return
      this.#assembly = undefined
      this.#prefixFilled = 0
      onPayload(assembly.finish(), this.#prefix)
    }
  }

  #readPrefix(chunk: Uint8Array, position: number): number {
    const end = Math.min(chunk.length, position + this.#prefix.length - this.#prefixFilled)
    for (let index = position; index < end; index++) this.#prefix[this.#prefixFilled++] = chunk[index] as number
    return end
  }
}

/** One payload while its bytes arrive. */
class PayloadAssembly {
  readonly #totalBytes: number
  /** Chunks that wait until enough has arrived for `#target` to be made. */
  readonly #held: Uint8Array[] = []
  /** The payload's own buffer. */
  #target: Uint8Array | undefined
  /** The block that small chunks are gathered in; the last of `#held` is the part of it in use. */
  #block: Uint8Array | undefined
  #blockFilled = 0
  receivedBytes = 0

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes
  }

  get missingBytes(): number {
    return this.#totalBytes - this.receivedBytes
  }

  add(part: Uint8Array): void {
    const position = this.receivedBytes
    this.receivedBytes += part.length
    if (this.#target !== undefined) {
      copyBytes('frame', this.#target, position, part)
    } else if (part.length === this.#totalBytes) {
      this.#target = part
    } else if (this.#totalBytes <= Math.max(EAGER_ALLOCATION_BYTES, this.receivedBytes * ALLOCATION_FACTOR)) {
      this.#target = this.#assembleInto(Buffer.allocUnsafeSlow(this.#totalBytes))
      copyBytes('frame', this.#target, position, part)
    } else {
      this.#hold(part)
    }
  }

  finish(): Uint8Array {
    return this.#target as Uint8Array
  }

  #assembleInto(target: Uint8Array): Uint8Array {
    let position = 0
    for (const chunk of this.#held) {
      copyBytes('frame', target, position, chunk)
      position += chunk.length
    }
    this.#held.length = 0
    this.#block = undefined
    return target
  }

  #hold(part: Uint8Array): void {
    if (part.length >= SMALL_CHUNK_BYTES) {
      this.#block = undefined
      this.#held.push(part)
      return
    }
    if (this.#block === undefined || this.#blockFilled + part.length > this.#block.length) {
      this.#block = Buffer.allocUnsafeSlow(GATHER_BLOCK_BYTES)
      this.#blockFilled = 0
      this.#held.push(this.#block.subarray(0, 0))
    }
    copyBytes('frame', this.#block, this.#blockFilled, part)
    this.#blockFilled += part.length
    this.#held[this.#held.length - 1] = this.#block.subarray(0, this.#blockFilled)
  }
}
