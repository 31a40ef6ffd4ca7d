import { clearTimeout, setImmediate, setTimeout } from 'node:timers'
import type { Clock, Timer } from '../clock.ts'

/** The longest delay a Node timer keeps; a longer one would fire after one millisecond. */
const MAX_DELAY_MS = 2 ** 31 - 1

/** The machine's clocks and Node's timers. */
export class NodeClock implements Clock {
  now(): number {
    return Date.now()
  }

  monotonic(): number {
    return performance.now()
  }

  setTimer(delayMs: number, callback: () => void, options?: { readonly unref?: boolean }): Timer {
    const timeout = setTimeout(callback, clampDelay(delayMs))
    if (options?.unref === true) timeout.unref()
    return { cancel: () => clearTimeout(timeout) }
  }

  defer(callback: () => void): void {
    setImmediate(callback)
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason)
        return
      }
      const onAbort = (): void => {
        clearTimeout(timeout)
        reject(signal?.reason)
      }
      const timeout = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }, clampDelay(delayMs))
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }
}

function clampDelay(delayMs: number): number {
  return Math.min(Math.max(delayMs, 0), MAX_DELAY_MS)
}
