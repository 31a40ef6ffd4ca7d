import { MetadataError, type MetadataStore, readAll, type Watch } from '@kafka-ts/metadata'
import type { ClusterImage } from './cluster-image.ts'
import { ImageBuilder } from './image-builder.ts'

/** Told of each new image, before anyone who waits for its revision. */
export type ImageListener = (image: ClusterImage, previous: ClusterImage) => void

/** Keeps a `ClusterImage` in step with the store: a full read at one revision, then every change after it, in order. */
export class ImageFollower {
  readonly #store: MetadataStore
  readonly #listeners: ImageListener[] = []
  readonly #waiting: { readonly revision: number; readonly resolve: () => void }[] = []
  #builder = new ImageBuilder()
  #watch: Watch | undefined
  #running: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(store: MetadataStore) {
    this.#store = store
  }

  get image(): ClusterImage {
    return this.#builder.image
  }

  onImage(listener: ImageListener): void {
    this.#listeners.push(listener)
  }

  /** Reads everything, then follows. A failure to follow is not caught: a broker that no longer knows the cluster must not go on. */
  async start(): Promise<void> {
    await this.#load()
    this.#running = this.#follow()
  }

  /** Resolves once the image has reached `revision`, or the follower is closed. */
  async whenApplied(revision: number): Promise<void> {
    if (this.image.revision >= revision || this.#isClosed) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push({ revision, resolve })
    await promise
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#watch?.cancel()
    this.#releaseWaiting(Number.POSITIVE_INFINITY)
    await this.#running
  }

  async #load(): Promise<void> {
    const previous = this.image
    const builder = new ImageBuilder()
    const { revision, entries } = await readAll(this.#store, '')
    for (const entry of entries) builder.apply({ type: 'put', entry })
    builder.build(revision)
    this.#builder = builder
    this.#publish(previous)
  }

  async #follow(): Promise<void> {
    while (!this.#isClosed) {
      this.#watch = this.#store.watch({ prefix: '', fromRevision: this.image.revision + 1 })
      try {
        for await (const batch of this.#watch) {
          const previous = this.image
          for (const event of batch.events) this.#builder.apply(event)
          this.#builder.build(batch.revision)
          this.#publish(previous)
        }
      } catch (error) {
        // Changes this broker did not see yet were forgotten: the present state says what they led to.
        if (this.#isClosed) return
        if (!(error instanceof MetadataError) || error.code !== 'COMPACTED') throw error
        await this.#load()
      }
    }
  }

  #publish(previous: ClusterImage): void {
    const image = this.image
    for (const listener of this.#listeners) listener(image, previous)
    this.#releaseWaiting(image.revision)
  }

  #releaseWaiting(revision: number): void {
    let kept = 0
    for (const waiter of this.#waiting) {
      if (waiter.revision <= revision) waiter.resolve()
      else this.#waiting[kept++] = waiter
    }
    this.#waiting.length = kept
  }
}
