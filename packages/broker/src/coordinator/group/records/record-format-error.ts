/** A record of the internal topic that is not what its version says. It was checksummed, so it was written so: nobody can tell what it meant. */
export class RecordFormatError extends Error {
  override readonly name = 'RecordFormatError'
}
