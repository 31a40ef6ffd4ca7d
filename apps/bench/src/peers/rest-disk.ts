import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Waits until nothing is left to be written: what one job leaves in the page cache would otherwise be written while the next one waits for its syncs. */
export async function restDisk(): Promise<void> {
  await run('sync')
}
