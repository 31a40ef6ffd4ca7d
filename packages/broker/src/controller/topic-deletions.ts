import type { MetadataStore } from '@kafka-ts/metadata'
import type { Logger } from '../logger.ts'
import type { ClusterImage, DeletionImage } from './cluster-image.ts'
import { deletionKey, PARTITION_PREFIX, topicIdKey } from './metadata-keys.ts'

export interface TopicDeletionsOptions {
  readonly store: MetadataStore
  readonly logger: Logger
  /** Removes every log of a deleted topic from disk; fine when there is none. */
  readonly removeLogs: (deletion: DeletionImage) => Promise<void>
}

/** Finishes deletions: the logs first, then the metadata that says they are to go, so that a restart in between goes on with it. */
export class TopicDeletions {
  readonly #options: TopicDeletionsOptions
  readonly #running = new Map<string, Promise<void>>()
  /** Not tried again before the next start: what failed was a disk. */
  readonly #failed = new Set<string>()
  #isClosed = false

  constructor(options: TopicDeletionsOptions) {
    this.#options = options
  }

  onImage(image: ClusterImage): void {
    if (this.#isClosed) return
    for (const deletion of image.deletions.values()) {
      if (this.#running.has(deletion.topicId) || this.#failed.has(deletion.topicId)) continue
      const running = this.#finish(deletion).finally(() => this.#running.delete(deletion.topicId))
      this.#running.set(deletion.topicId, running)
    }
  }

  /** Waits for what is under way. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#running.values())
  }

  /** A failure leaves the record, and the next start goes on from it. */
  async #finish(deletion: DeletionImage): Promise<void> {
    const { topicId, name } = deletion
    try {
      await this.#options.removeLogs(deletion)
      await this.#options.store.transaction({
        success: [
          { type: 'deletePrefix', prefix: `${PARTITION_PREFIX}${topicId}/` },
          { type: 'delete', key: topicIdKey(topicId) },
          { type: 'delete', key: deletionKey(topicId) },
        ],
      })
    } catch (error) {
      this.#failed.add(topicId)
      this.#options.logger.error(
        { err: error, topic: name, topicId },
        'could not finish deleting a topic; the next start of the broker tries again',
      )
    }
  }
}
