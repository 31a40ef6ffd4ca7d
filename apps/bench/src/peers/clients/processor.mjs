import { readFileSync } from 'node:fs'

/** Places in /proc/PID/stat, counted from behind the name. */
const userTicksAt = 11
const systemTicksAt = 12
const ticksASecond = 100

/** Processor time of this process and of the server, all their threads: call what it gives at the end (Linux; NaN elsewhere). */
export function meterProcessor(serverPid) {
  const client = secondsOf(process.pid)
  const server = secondsOf(serverPid)
  /** Seconds for a million records, when it were so many. */
  return (records) => ({
    clientCpu: ((secondsOf(process.pid) - client) * 1e6) / records,
    serverCpu: ((secondsOf(serverPid) - server) * 1e6) / records,
  })
}

/** The resident memory of a process, MB. */
export function megabytesOf(pid) {
  try {
    return (Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024) / 1e6
  } catch {
    return Number.NaN
  }
}

function secondsOf(pid) {
  try {
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
    return (Number(afterName[userTicksAt]) + Number(afterName[systemTicksAt])) / ticksASecond
  } catch {
    return Number.NaN
  }
}
