/**
 * A module inside of a package, by its path under `packages/`, for tests that plant a mistake in it: no package exports what would let its users do so.
 * `Exports` is what the test relies on; it fails at once where that is not there.
 */
export async function internals<Exports>(path: string): Promise<Exports> {
  return (await import(new URL(`../../../packages/${path}`, import.meta.url).href)) as Exports
}
