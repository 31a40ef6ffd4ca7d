export function secondsSince(begun) {
  return (performance.now() - begun) / 1000
}

/** The percentiles that are shown, of times that are sorted here. */
export function percentilesOf(times) {
  times.sort()
  const at = (fraction) => times[Math.min(times.length - 1, Math.floor(fraction * times.length))]
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: times.at(-1) }
}
