import type { Entry, MetadataStore } from './metadata-store.ts'

/**
 * All entries under `prefix`, page by page, consistent at the one revision it returns: watch from the revision after it to follow
 * what comes. Throws `COMPACTED` when that revision is forgotten while it reads; read again then.
 */
export async function readAll(
  store: Pick<MetadataStore, 'range'>,
  prefix: string,
): Promise<{ readonly revision: number; readonly entries: Entry[] }> {
  const first = await store.range(prefix)
  const entries = [...first.entries]
  for (let page = first; page.hasMore; ) {
    const startAfter = entries.at(-1)?.key ?? prefix
    page = await store.range(prefix, { revision: first.revision, startAfter })
    entries.push(...page.entries)
  }
  return { revision: first.revision, entries }
}
