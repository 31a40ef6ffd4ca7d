import { createReadStream } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { CliDoors } from '../doors.ts'
import { notFoundError, usageError } from '../errors/cli-error.ts'

const CHUNK_BYTES = 256 * 1024

/** The bytes of a file, or of standard input for `-` and for no file. */
export async function openInput(file: string | undefined, doors: CliDoors): Promise<Readable> {
  if (file === undefined || file === '-') return doors.stdin
  try {
    await access(file, constants.R_OK)
  } catch (error) {
    throw notFoundError(`Cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
  if ((await stat(file)).isDirectory()) throw usageError(`Cannot read ${file}: it is a directory.`, 'name a file, or - for standard input')
  return createReadStream(file, { highWaterMark: CHUNK_BYTES })
}
