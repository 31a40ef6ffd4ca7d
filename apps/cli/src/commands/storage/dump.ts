import { resolve } from 'node:path'
import type { DumpedItem } from '@kafka-ts/storage/offline'
import { CliCommand } from '../../command.ts'
import { notFoundError, usageError } from '../../errors/cli-error.ts'
import { Args, Flags } from '../../flags/oclif.ts'
import { loadTools } from '../../storage/tools.ts'

export default class StorageDump extends CliCommand {
  static override summary = 'Show what a file of a data directory holds'
  static override description =
    'Segments (.log), indexes (.index, .timeindex, .headers), producer snapshots (.snapshot) and checkpoints. One JSON object a line, whatever -o says: files are long. Keys and values are UTF-8, or base64 where they are not.'
  static override examples = [
    '<%= config.bin %> storage dump .kafka-ts/orders-0/00000000000000000000.log',
    '<%= config.bin %> storage dump .kafka-ts/orders-0/00000000000000000000.log --records',
  ]
  static override args = { file: Args.string({ description: 'A file of a data directory', required: true, ignoreStdin: true }) }
  static override flags = { records: Flags.boolean({ summary: 'Also each record of a segment' }) }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(StorageDump)
    const { disk, compression, offline } = await loadTools()
    const path = resolve(this.doors.cwd, args.file)
    if (disk.statSync(path) === undefined) throw notFoundError(`There is no file ${path}.`, 'ls DIRECTORY/TOPIC-PARTITION')
    try {
      for await (const item of offline.dumpFile({ disk, compression, path, withRecords: flags.records })) {
        const line = `${JSON.stringify(printable(item))}\n`
        if (!this.doors.stdout.write(line)) await drained(this.doors.stdout)
      }
    } catch (error) {
      if (error instanceof Error && error.name === 'StorageError') throw usageError(error.message)
      throw error
    }
  }
}

function drained(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => stream.once('drain', resolve))
}

function printable(item: DumpedItem): object {
  if (item.kind !== 'record') return item
  const { key, value, headers, ...rest } = item
  return {
    ...rest,
    ...textOf('key', key),
    ...textOf('value', value),
    headers: headers.map((header) => ({ key: header.key, ...textOf('value', header.value) })),
  }
}

/** Bytes as text under `name`, or as base64 under another name where they are no UTF-8. */
function textOf(name: string, bytes: Uint8Array | null): Record<string, string | null> {
  if (bytes === null) return { [name]: null }
  try {
    return { [name]: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { [`${name}Base64`]: Buffer.from(bytes).toString('base64') }
  }
}
