import { DiskError } from '../disk.ts'

/** The code of a Node error; `EIO` for one without. */
export function errorCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return 'EIO'
}

/** A failure of `operation` on `path` as a `DiskError`; one that already is passes through. */
export function toDiskError(operation: string, path: string, cause: unknown): DiskError {
  return cause instanceof DiskError ? cause : new DiskError(errorCode(cause), { path, operation, cause })
}

/** Runs `action`; whatever it throws leaves as a `DiskError`. */
export function attempt<Result>(operation: string, path: string, action: () => Result): Result {
  try {
    return action()
  } catch (error) {
    throw toDiskError(operation, path, error)
  }
}

/** Runs one call of Node's callback interface; the promise rejects with a `DiskError` only. */
export function attemptAsync<Result = void>(
  operation: string,
  path: string,
  start: (done: (error: NodeJS.ErrnoException | null, result?: Result) => void) => void,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    start((error, result) => {
      if (error === null) resolve(result as Result)
      else reject(toDiskError(operation, path, error))
    })
  })
}
