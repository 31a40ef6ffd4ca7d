import { versionOf } from './bytes-reader.ts'
import { RecordFormatError } from './record-format-error.ts'

/** The version that a value begins with. Throws `RecordFormatError` when it is above `max`. */
export function ensureVersion(value: Uint8Array, max: number): number {
  const version = versionOf(value)
  if (version < 0 || version > max) throw new RecordFormatError(`values of version ${version} are not known, only 0 to ${max}`)
  return version
}
