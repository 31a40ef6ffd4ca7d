import type { Random } from '@kafka-ts/io'
import type { OffsetCheckpoint } from './checkpoint-file.ts'
import type { DirectoryCheckpoints, FoundCheckpoints } from './directory-checkpoints.ts'
import type { DirectoryMarks } from './directory-marks.ts'
import { recoverDirectory } from './directory-recovery.ts'
import type { FencedDisk } from './fenced-disk.ts'
import type { Flusher } from './flusher.ts'
import type { Journal } from './journal.ts'
import type { KeptEntries } from './kept-entries.ts'
import { Log, type LogContext } from './log.ts'
import type { LogAppender } from './log-appender.ts'
import type { LogDirectoryOptions, StorageLogger } from './log-directory-options.ts'
import { directoryNameOf } from './topic-partition-id.ts'

export interface DirectoryStartOptions {
  readonly disk: FencedDisk
  readonly context: LogContext
  readonly journal: Journal<LogAppender>
  readonly kept: KeptEntries
  readonly checkpoints: DirectoryCheckpoints
  readonly flusher: Flusher
  readonly marks: DirectoryMarks
  readonly configFor: LogDirectoryOptions['configFor']
  readonly logger: StorageLogger
  readonly random: Random
  /** The directory takes over a log, whole or damaged; from then on checkpoints and flushes include it. */
  readonly adopt: (log: Log) => void
  /** A checkpointed log has no directory. */
  readonly noteMissing: (name: string, checkpoint: OffsetCheckpoint) => void
}

/**
 * Recovers the logs of a data directory and makes what was found durable, so that the journal can be used again. Rejects with `DiskError` or
 * `StorageError`; then the directory is as it was, or recovered in part, and the next start begins again.
 */
export async function startDirectory(options: DirectoryStartOptions): Promise<void> {
  const { disk, context, journal, kept, checkpoints, marks, configFor, logger, random } = options
  const { isClean, hasFailedSync } = marks.readSync(disk)
  const found = checkpoints.readSync()
  const cleaned = checkpoints.cleaner.readSync((message) => logger.warn(message))
  journal.openFiles()
  disk.readsOnLoop = true
  const { recoveries, missing, doomed } = await recoverDirectory({
    context,
    journal,
    kept,
    configFor,
    logger,
    random,
    ...found,
    isClean,
    mustRewrite: hasFailedSync,
  })
  disk.readsOnLoop = false
  for (const [name, checkpoint] of missing) {
    checkpoints.freeze(name, found)
    options.noteMissing(name, checkpoint)
  }
  const whole: Log[] = []
  for (const { id, storage, config, logStartOffset, damage } of recoveries) {
    const log = new Log({ context, storage, config, logStartOffset, damage, cleaned: cleaned.get(directoryNameOf(id)) })
    if (damage === undefined) whole.push(log)
    else checkpoints.freeze(directoryNameOf(id), found)
    options.adopt(log)
  }
  const mended = whole.map(({ id }) => id).filter((id) => kept.has(id))
  if (!isClean || mended.length > 0) await makeDurable(whole, found, options)
  context.ensureOnline()
  await journal.reset({ isKnownEmpty: isClean })
  await kept.remove(mended)
  await removeDoomed(doomed, options)
  await marks.clear(disk)
}

async function makeDurable(logs: readonly Log[], found: FoundCheckpoints, options: DirectoryStartOptions): Promise<void> {
  const { checkpoints, flusher } = options
  // Before the recovery points: below one, a front that no log start explains is damage.
  if (logs.some(({ id, logStartOffset }) => logStartOffset > (found.logStarts.get(directoryNameOf(id))?.offset ?? 0))) {
    await checkpoints.writeLogStarts()
  }
  await flusher.flush(logs, { isComplete: false })
}

/** Finishes deletions that a crash interrupted. */
async function removeDoomed(paths: readonly string[], { disk, checkpoints }: DirectoryStartOptions): Promise<void> {
  if (paths.length === 0) return
  await checkpoints.writeAll()
  for (const path of paths) await disk.removeTree(path)
}
