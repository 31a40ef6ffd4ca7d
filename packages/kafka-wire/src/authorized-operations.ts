/** What stands for a set of authorized operations (a bit an operation, KIP-430) that was not asked for: the least int32. */
export const OPERATIONS_NOT_ASKED_FOR = -(2 ** 31)
