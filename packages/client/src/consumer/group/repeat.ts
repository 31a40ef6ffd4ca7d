import type { Clock, Timer } from '@kafka-ts/io'

/** Calls `act` every `intervalMs`. Cancelling ends that. */
export function repeat(clock: Clock, intervalMs: number, act: () => void): Timer {
  let timer: Timer
  const again = (): void => {
    timer = clock.setTimer(
      intervalMs,
      () => {
        again()
        act()
      },
      { unref: true },
    )
  }
  again()
  return { cancel: () => timer.cancel() }
}
