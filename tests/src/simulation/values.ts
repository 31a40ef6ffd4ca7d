/** What a record's value says about itself, and how the rest of its bytes follow from that. */
const HEAD = /^([a-z0-9-]+)\|(\d+)\|/

/** The value of the record `id`, `size` characters long (or as long as its head). Every byte of it can be worked out again from its head. */
export function recordValue(id: string, size: number): string {
  const head = `${id}|${size}|`
  const pattern = `${id}.`
  return (head + pattern.repeat(Math.max(0, Math.ceil((size - head.length) / pattern.length)))).slice(0, Math.max(size, head.length))
}

/** The id in a value that was read, if every byte is as `recordValue` made it; else what is wrong. */
export function readValue(bytes: Uint8Array | null): { readonly value: string; readonly isIntact: boolean } {
  const text = bytes === null ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  const head = HEAD.exec(text)
  const id = head?.[1] ?? ''
  if (head !== null && recordValue(id, Number(head[2])) === text) return { value: id, isIntact: true }
  return { value: `${text.length} bytes, ${JSON.stringify(text.slice(0, 60))}`, isIntact: false }
}
