// What the Node members of a group have in common: they tell on stdout, a JSON line each, what they own and what they have worked on, with the time of the
// machine's monotonic clock, which is one for all processes.

/** argv: address, settings as JSON. */
export const address = process.argv[2]
export const settings = JSON.parse(process.argv[3])

const NS_A_MS = 1_000_000

export function tell(event) {
  process.stdout.write(`${JSON.stringify({ ...event, atMs: Number(process.hrtime.bigint()) / NS_A_MS })}\n`)
}

/** Runs `leave` once, when the member is told to go. */
export function onLeave(leave) {
  let isLeaving = false
  process.on('SIGTERM', () => {
    if (isLeaving) return
    isLeaving = true
    leave().then(
      () => process.exit(0),
      (error) => {
        process.stderr.write(`${error?.stack}\n`)
        process.exit(1)
      },
    )
  })
}
