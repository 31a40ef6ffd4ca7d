import { usageError } from '../errors/cli-error.ts'
import { type FormatPart, parseFormat } from '../flags/escapes.ts'
import { BadInput, type InputRecord, MAX_INPUT_RECORD_BYTES, type RecordReader } from './input-record.ts'

const VERBS = 'kvpT'

/** Reads records written in a format, as `consume -f` writes them: `%k\t%v\n`. Every verb ends at the first place where the bytes after it stand. */
export class FormatReader implements RecordReader {
  readonly #parts: readonly FormatPart[]
  readonly #nullAs: Buffer | undefined
  #rest: Buffer = Buffer.alloc(0)
  #recordNumber = 0

  constructor(format: string, nullAs: string | undefined) {
    this.#parts = parseFormat(format, '--format', VERBS)
    this.#nullAs = nullAs === undefined ? undefined : Buffer.from(nullAs)
    const last = this.#parts.at(-1)
    if (last === undefined || 'verb' in last) throw usageError(`--format: ${format} must end with what separates records, such as \\n.`)
    this.#parts.forEach((part, index) => {
      const next = this.#parts[index + 1]
      if ('verb' in part && next !== undefined && 'verb' in next)
        throw usageError(`--format: nothing separates %${part.verb} from %${next.verb}.`)
    })
    if (!this.#parts.some((part) => 'verb' in part && part.verb === 'v')) throw usageError('--format: there is no %v.')
  }

  *push(chunk: Uint8Array): Generator<InputRecord | BadInput> {
    let input = this.#rest.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.concat([this.#rest, chunk])
    for (let read = this.#read(input); read !== undefined; read = this.#read(input)) {
      yield read.record
      input = input.subarray(read.length)
    }
    if (input.length > MAX_INPUT_RECORD_BYTES) throw usageError(`A record of the input is longer than ${MAX_INPUT_RECORD_BYTES} bytes.`)
    this.#rest = input
  }

  /** The last record needs no separator. */
  *end(): Generator<InputRecord | BadInput> {
    if (this.#rest.length === 0) return
    const last = this.#parts.at(-1)
    const completed = Buffer.concat([this.#rest, last !== undefined && 'literal' in last ? last.literal : Buffer.alloc(0)])
    const read = this.#read(completed)
    yield read?.length === completed.length ? read.record : new BadInput(`record ${this.#recordNumber + 1}`, 'the input ends within it')
  }

  /** The first record of the input and its length; undefined while it is not whole. */
  #read(input: Buffer): { readonly record: InputRecord | BadInput; readonly length: number } | undefined {
    let at = 0
    const fields: Record<string, Buffer> = {}
    for (const [index, part] of this.#parts.entries()) {
      if ('literal' in part) {
        if (input.length < at + part.literal.length) return undefined
        if (index === 0 && input.indexOf(part.literal) !== 0) return this.#skip(input, 'it does not begin as the format says')
        at += part.literal.length
        continue
      }
      const next = this.#parts[index + 1]
      const end = next !== undefined && 'literal' in next ? input.indexOf(next.literal, at) : -1
      if (end === -1) return undefined
      fields[part.verb] = input.subarray(at, end)
      at = end
    }
    this.#recordNumber++
    return { record: this.#recordOf(fields), length: at }
  }

  /** Goes on after the next separator of records. */
  #skip(input: Buffer, reason: string): { readonly record: BadInput; readonly length: number } | undefined {
    const last = this.#parts.at(-1)
    const end = last !== undefined && 'literal' in last ? input.indexOf(last.literal) + last.literal.length : 0
    if (last === undefined || !('literal' in last) || end < last.literal.length) return undefined
    this.#recordNumber++
    return { record: new BadInput(`record ${this.#recordNumber}`, reason), length: end }
  }

  #recordOf(fields: Readonly<Record<string, Buffer>>): InputRecord | BadInput {
    const { k, v, p, T } = fields
    const numbers = [p, T].filter((field) => field !== undefined)
    if (numbers.some((field) => !/^\d{1,15}$/.test(field.toString())))
      return new BadInput(`record ${this.#recordNumber}`, 'a partition or timestamp is not a number')
    return {
      key: this.#orNull(k),
      value: this.#orNull(v),
      ...(p === undefined ? {} : { partition: Number(p.toString()) }),
      ...(T === undefined ? {} : { timestamp: Number(T.toString()) }),
    }
  }

  #orNull(field: Buffer | undefined): Buffer | null {
    return field === undefined || this.#nullAs?.equals(field) ? null : field
  }
}
