import { KafkaError } from './errors.ts'

/** Hands out the attachments of a frame by the lengths that its body names, in order, as views. */
export class AttachmentReader {
  readonly #attachments: Uint8Array
  #position = 0

  constructor(attachments: Uint8Array) {
    this.#attachments = attachments
  }

  /** The next `bytes` bytes. Throws PROTOCOL_ERROR when there are fewer. */
  take(bytes: number): Uint8Array {
    const end = this.#position + bytes
    if (end > this.#attachments.length) {
      throw new KafkaError('PROTOCOL_ERROR', `The body names more than the ${this.#attachments.length} bytes of attachments.`)
    }
    const view = this.#attachments.subarray(this.#position, end)
    this.#position = end
    return view
  }

  /** To be called after the last `take`. Throws PROTOCOL_ERROR when bytes are left that the body does not name. */
  ensureEnd(): void {
    if (this.#position !== this.#attachments.length) {
      const left = this.#attachments.length - this.#position
      throw new KafkaError('PROTOCOL_ERROR', `${left} bytes of attachments are left that the body does not name.`)
    }
  }
}
