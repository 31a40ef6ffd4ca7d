import { RecordsError } from '../records-error.ts'
export function compressLz4Frame(_bytes: Uint8Array): Uint8Array {
  throw new RecordsError('unsupported', 'lz4 is not written yet')
}
export function decompressLz4Frame(_bytes: Uint8Array, _maxOutputBytes: number): Uint8Array {
  throw new RecordsError('unsupported', 'lz4 is not read yet')
}
