import { isUtf8 } from 'node:buffer'
import { Packr, RESERVE_START_SPACE, Unpackr } from 'msgpackr'
import { KafkaError } from './errors.ts'

/**
 * The body codec: msgpackr, behind a scan of the bytes that keeps it to the part of msgpack the protocol uses (nil, booleans, numbers,
 * text, bytes, arrays). By itself msgpackr decodes extensions and maps, runs out of stack on depth, and takes bad UTF-8.
 */

/** How deep arrays may nest; the deepest message needs 8. */
export const MAX_DEPTH = 16

/**
 * What a body may cost in memory once decoded: this many bytes for each byte of input, and the allowance besides. A dense message needs
 * some of it (a list of one replica is 2 bytes on the wire and 56 as an array), a bomb of empty arrays would need 40.
 */
export const DECODED_BYTES_PER_BYTE = 32
export const DECODED_ALLOWANCE_BYTES = 64 * 1024

/** What V8 takes for an array, a slot in it, a number that is no small integer, a string and a view of bytes; rounded up. */
const ARRAY_COST = 48
const SLOT_COST = 8
const NUMBER_COST = 16
const STRING_COST = 24
const VIEW_COST = 112

const NIL = 0xc0
const FALSE = 0xc2
const TRUE = 0xc3
const BIN_8 = 0xc4
const BIN_32 = 0xc6
const FLOAT_32 = 0xca
const FLOAT_64 = 0xcb
const UINT_8 = 0xcc
const INT_64 = 0xd3
const STR_8 = 0xd9
const STR_32 = 0xdb
const ARRAY_16 = 0xdc
const ARRAY_32 = 0xdd

const packr = new Packr({ useRecords: false })
const unpackr = new Unpackr({ useRecords: false, int64AsType: 'number' })

/** Encodes `value` with `reservedBytes` (at most 255) left free in front of it. */
export function encodeMsgpack(value: unknown, reservedBytes: number): Uint8Array {
  return packr.pack(value, RESERVE_START_SPACE + reservedBytes)
}

/** Decodes one value that fills `body`. Byte strings are views of `body`. Throws PROTOCOL_ERROR for anything else. */
export function decodeMsgpack(body: Uint8Array): unknown {
  new BodyScan(body).run()
  return unpackr.unpack(body)
}

function broken(problem: string, position: number): KafkaError {
  return new KafkaError('PROTOCOL_ERROR', `${problem} at byte ${position} of the body.`)
}

/** Walks over a body without allocating for what it finds. */
class BodyScan {
  readonly #body: Uint8Array
  readonly #budget: number
  #position = 0
  #cost = 0

  constructor(body: Uint8Array) {
    this.#body = body
    this.#budget = body.length * DECODED_BYTES_PER_BYTE + DECODED_ALLOWANCE_BYTES
  }

  run(): void {
    this.#value(1)
    if (this.#position !== this.#body.length) throw broken('A second value', this.#position)
  }

  #value(depth: number): void {
    const at = this.#position
    if (at >= this.#body.length) throw broken('A missing value', at)
    const tag = this.#body[at] as number
    this.#position = at + 1
    if (tag <= 0x7f || tag >= 0xe0) return
    if (tag <= 0x8f) throw broken('A map', at)
    if (tag <= 0x9f) this.#array(tag & 0x0f, depth)
    else if (tag <= 0xbf) this.#text(tag & 0x1f)
    else this.#tagged(tag, depth)
  }

  /** The tags that name how many bytes their number or their length takes, a power of two each. */
  #tagged(tag: number, depth: number): void {
    if (tag === NIL || tag === FALSE || tag === TRUE) return
    if (tag >= BIN_8 && tag <= BIN_32) this.#bytes(this.#length(1 << (tag - BIN_8)))
    else if (tag === FLOAT_32 || tag === FLOAT_64) this.#number(4 << (tag - FLOAT_32))
    else if (tag >= UINT_8 && tag <= INT_64) this.#number(1 << (tag & 3))
    else if (tag >= STR_8 && tag <= STR_32) this.#text(this.#length(1 << (tag - STR_8)))
    else if (tag === ARRAY_16 || tag === ARRAY_32) this.#array(this.#length(2 << (tag - ARRAY_16)), depth)
    else throw broken(`The tag 0x${tag.toString(16)}, which the protocol does not use,`, this.#position - 1)
  }

  #array(length: number, depth: number): void {
    // Each element takes a byte at least, so a length that passes here is one the sender has paid for.
    if (length > this.#body.length - this.#position) throw broken(`An array of ${length}`, this.#position)
    if (depth > MAX_DEPTH) throw broken(`Arrays more than ${MAX_DEPTH} deep`, this.#position)
    this.#spend(ARRAY_COST + length * SLOT_COST)
    for (let index = 0; index < length; index++) this.#value(depth + 1)
  }

  #text(length: number): void {
    const start = this.#position
    this.#skip(length)
    this.#spend(STRING_COST + length)
    for (let index = start; index < this.#position; index++) {
      if ((this.#body[index] as number) < 0x80) continue
      if (!isUtf8(this.#body.subarray(index, this.#position))) throw broken('Text that is not UTF-8', start)
      this.#spend(length)
      return
    }
  }

  #bytes(length: number): void {
    this.#skip(length)
    this.#spend(VIEW_COST)
  }

  #number(length: number): void {
    this.#skip(length)
    this.#spend(NUMBER_COST)
  }

  #length(lengthBytes: number): number {
    const at = this.#position
    this.#skip(lengthBytes)
    let length = 0
    for (let index = at; index < this.#position; index++) length = length * 256 + (this.#body[index] as number)
    return length
  }

  #skip(length: number): void {
    if (length > this.#body.length - this.#position) throw broken(`A length of ${length}`, this.#position)
    this.#position += length
  }

  #spend(cost: number): void {
    this.#cost += cost
    if (this.#cost > this.#budget) throw broken('More than the body may cost in memory', this.#position)
  }
}
