import { usageError } from '../errors/cli-error.ts'

/** `k=v` split at the first `=`. */
export function parseKeyValue(input: string, flag: string): readonly [key: string, value: string] {
  const at = input.indexOf('=')
  if (at <= 0) throw usageError(`${flag}: ${input} is not key=value.`)
  return [input.slice(0, at), input.slice(at + 1)]
}

/** Several `k=v`; a key given twice is a mistake. */
export function parseKeyValues(inputs: readonly string[] | undefined, flag: string): Record<string, string> {
  const result: Record<string, string> = {}
  for (const input of inputs ?? []) {
    const [key, value] = parseKeyValue(input, flag)
    if (Object.hasOwn(result, key)) throw usageError(`${flag}: ${key} is given twice.`)
    result[key] = value
  }
  return result
}

/** `a,b,c` without its empty parts. */
export function parseList(input: string): string[] {
  return input
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** A whole number from 0. */
export function parseWhole(input: string, what: string): number {
  const value = Number(input)
  if (!/^\d+$/.test(input) || !Number.isSafeInteger(value)) throw usageError(`${what}: ${input} is not a whole number from 0.`)
  return value
}

/** `0,1,2` as partition numbers, each once. */
export function parsePartitions(input: string, flag: string): number[] {
  const partitions = parseList(input).map((part) => parseWhole(part, flag))
  if (partitions.length === 0) throw usageError(`${flag}: no partition is named.`)
  return [...new Set(partitions)]
}
