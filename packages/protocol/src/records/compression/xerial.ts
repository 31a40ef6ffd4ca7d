import { RecordsError } from '../records-error.ts'
export function compressXerial(_bytes: Uint8Array): Uint8Array {
  throw new RecordsError('unsupported', 'snappy is not written yet')
}
export function decompressSnappy(_bytes: Uint8Array, _maxOutputBytes: number): Uint8Array {
  throw new RecordsError('unsupported', 'snappy is not read yet')
}
