/** What the runtime's own functions copied, whoever called them. */
export interface SpiedCopies {
  /** From bytes to bytes. */
  bytes: number
  /** From strings to bytes. */
  textBytes: number
}

// biome-ignore lint/suspicious/noExplicitAny: stands in for functions of any shape
type AnyFunction = (this: any, ...args: any[]) => any
type Methods = Record<string, AnyFunction>

const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as Methods
const bufferPrototype = Buffer.prototype as unknown as Methods
const bufferStatics = Buffer as unknown as Methods

/**
 * Counts what goes through the functions that copy bytes, until it is restored. A loop over bytes, and the runtime's own use of these functions, go
 * unseen. Only for tests that run alone in their process.
 */
export function spyOnCopies(): { readonly copies: SpiedCopies; restore(): void } {
  const copies: SpiedCopies = { bytes: 0, textBytes: 0 }
  const restores: (() => void)[] = []
  const spy = (methods: Methods, name: string, note: (result: unknown, args: readonly unknown[]) => void): void => {
    const original = methods[name]
    if (original === undefined) throw new Error(`there is no ${name} to spy on`)
    methods[name] = function (this: unknown, ...args: unknown[]): unknown {
      const result: unknown = original.apply(this, args)
      note(result, args)
      return result
    }
    restores.push(() => {
      methods[name] = original
    })
  }
  const noteBytes = (value: unknown): void => {
    if (value instanceof Uint8Array) copies.bytes += value.length
  }
  spy(typedArrayPrototype, 'set', (_, [source]) => noteBytes(source))
  spy(typedArrayPrototype, 'slice', noteBytes)
  spy(typedArrayPrototype, 'copyWithin', noteBytes)
  spy(bufferStatics, 'concat', noteBytes)
  spy(bufferStatics, 'from', (result, [source]) => {
    if (source instanceof Uint8Array) noteBytes(result)
    else if (typeof source === 'string') copies.textBytes += (result as Uint8Array).length
  })
  spy(bufferPrototype, 'copy', (result) => {
    copies.bytes += result as number
  })
  for (const name of ['write', 'utf8Write', 'latin1Write', 'asciiWrite']) {
    spy(bufferPrototype, name, (result) => {
      copies.textBytes += result as number
    })
  }
  const restore = (): void => {
    for (const each of restores.splice(0)) each()
  }
  return { copies, restore }
}
