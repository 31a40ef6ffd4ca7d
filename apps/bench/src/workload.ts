/** Keys and values made before the clock starts: flat one-byte strings, every value distinct. */
export interface Workload {
  readonly keys: readonly string[]
  readonly values: readonly string[]
}

const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** `count` records with 12-byte keys (65,536 different ones) and distinct values of exactly `valueBytes`. */
export function makeWorkload(count: number, valueBytes: number): Workload {
  const filler = Buffer.alloc(valueBytes)
  for (let i = 0; i < valueBytes; i++) filler[i] = alphabet.charCodeAt((i * 31) % alphabet.length)
  const keys: string[] = new Array(count)
  const values: string[] = new Array(count)
  for (let i = 0; i < count; i++) {
    keys[i] = Buffer.from(`key-${String(Math.imul(i, 0x9e3779b1) >>> 16).padStart(8, '0')}`, 'latin1').toString('latin1')
    filler.write(String(i).padStart(10, '0'), 0, 'latin1')
    values[i] = filler.toString('latin1')
  }
  return { keys, values }
}
