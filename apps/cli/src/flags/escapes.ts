import { usageError } from '../errors/cli-error.ts'

/** A piece of a format: bytes as they are, or the letter of a verb. */
export type FormatPart = { readonly literal: Buffer } | { readonly verb: string }

const ESCAPES: Readonly<Record<string, number>> = { t: 0x09, n: 0x0a, r: 0x0d, '0': 0x00, '\\': 0x5c }

/** Splits a format into bytes and verbs: `%k` is a verb, `%%` a percent sign; `\t \n \r \0 \\ \xNN` are bytes. Nothing is added. */
export function parseFormat(format: string, flag: string, verbs: string): FormatPart[] {
  const parts: FormatPart[] = []
  let literal: Buffer[] = []
  const endLiteral = () => {
    if (literal.length > 0) parts.push({ literal: Buffer.concat(literal) })
    literal = []
  }
  const pattern = /%(.?)|\\(x[0-9a-fA-F]{2}|[\s\S]?)|[^%\\]+/g
  for (const [whole, verb, escaped] of format.matchAll(pattern)) {
    if (verb === '%') literal.push(Buffer.from('%'))
    else if (verb !== undefined) {
      if (verb === '' || !verbs.includes(verb))
        throw usageError(`${flag}: %${verb} is not one of ${[...verbs].map((known) => `%${known}`).join(' ')} %%.`)
      endLiteral()
      parts.push({ verb })
    } else if (escaped === undefined) literal.push(Buffer.from(whole))
    else literal.push(Buffer.from([escapedByte(escaped, flag)]))
  }
  endLiteral()
  return parts
}

/** Text in which `\t \n \r \0 \\ \xNN` stand for bytes: separators on the command line. */
export function parseEscapes(text: string, flag: string): Buffer {
  const bytes = [...text.matchAll(/\\(x[0-9a-fA-F]{2}|[\s\S]?)|[^\\]+/g)].map(([whole, escaped]) =>
    escaped === undefined ? Buffer.from(whole) : Buffer.from([escapedByte(escaped, flag)]),
  )
  return Buffer.concat(bytes)
}

function escapedByte(escaped: string, flag: string): number {
  if (escaped.length === 3) return Number.parseInt(escaped.slice(1), 16)
  const byte = ESCAPES[escaped]
  if (byte === undefined) throw usageError(`${flag}: \\${escaped} is not one of \\t \\n \\r \\0 \\\\ \\xNN.`)
  return byte
}
