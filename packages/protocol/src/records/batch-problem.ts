/** What is wrong with a batch; `truncated` alone may be mended by more bytes. */
export type BatchProblemKind = 'truncated' | 'length' | 'too large' | 'magic' | 'crc' | 'codec' | 'count' | 'field' | 'record'

/** A problem as a value: what arrives from outside is checked without exceptions. */
export interface BatchProblem {
  readonly kind: BatchProblemKind
  readonly message: string
}
