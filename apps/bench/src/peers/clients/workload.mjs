export const keyBytes = 12

const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** 12-byte keys (65,536 different ones) and distinct values, as flat one-byte strings. */
export function makeWorkload({ count, valueBytes }) {
  const filler = Buffer.from(Array.from({ length: valueBytes }, (_, index) => alphabet.charCodeAt((index * 31) % alphabet.length)))
  const keys = new Array(count)
  const values = new Array(count)
  for (let index = 0; index < count; index++) {
    keys[index] = Buffer.from(`key-${String(Math.imul(index, 0x9e3779b1) >>> 16).padStart(8, '0')}`, 'latin1').toString('latin1')
    filler.write(String(index).padStart(10, '0'), 0, 'latin1')
    values[index] = filler.toString('latin1')
  }
  return { keys, values }
}
