import { join } from 'node:path'
import type { GroupProtocol } from '../interop-client.ts'
import { cacheDir, clientFile, fileExists, programOnPath } from '../programs.ts'
import { systemPython, venvPython } from '../python.ts'
import type { MemberProgram } from './group-member.ts'
import { monotonicMs, parseMemberLine } from './member-events.ts'

/** What a member is told when it starts. */
export interface MemberSettings {
  readonly topic: string
  readonly groupId: string
  readonly protocol: GroupProtocol
  /** The name of the assignor of a classic group that clients of several kinds are in. */
  readonly assignor?: string
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  readonly rebalanceTimeoutMs: number
}

/** A client that can be in a group. */
export interface MemberKind {
  readonly name: string
  /** What is missing on this machine to run it. */
  missing(): string | undefined
  program(address: string, settings: MemberSettings): MemberProgram
}

function told(name: string, options: { readonly run: readonly string[]; readonly missing: () => string | undefined }): MemberKind {
  return {
    name,
    missing: options.missing,
    program: (address, settings) => ({
      command: [...options.run, address, JSON.stringify(settings)],
      parse: (line, stream) => (stream === 'stdout' ? parseMemberLine(line) : undefined),
    }),
  }
}

const member = (file: string): string => clientFile(`members/${file}`)
const always = (): undefined => undefined

export const kafkajs = told('kafkajs', { run: [process.execPath, member('kafkajs-member.mjs')], missing: always })

export const platformatic = told('platformatic', { run: [process.execPath, member('platformatic-member.mjs')], missing: always })

export const sdk = told('sdk', { run: [process.execPath, member('sdk-member.mjs')], missing: always })

export const kafkaPython = told('kafka-python', {
  run: [systemPython, member('kafka_python_member.py')],
  missing: () => (fileExists('/usr/lib/python3/dist-packages/kafka') ? undefined : 'python3-kafka'),
})

export const confluent = told('confluent', {
  run: [venvPython('confluent-kafka'), member('confluent_member.py')],
  missing: () => (fileExists(join(cacheDir, 'confluent-kafka', '.stamp')) ? undefined : 'confluent-kafka 2'),
})

/** kcat -G in a classic group. It commits a moment after it has printed. What it prints carries no time: that of its arrival is taken. */
export const kcat: MemberKind = {
  name: 'kcat',
  missing: () => (programOnPath('kcat') === undefined ? 'kcat' : undefined),
  program: (address, { topic, groupId, assignor = 'range', sessionTimeoutMs, heartbeatIntervalMs, rebalanceTimeoutMs }) => {
    const settings = {
      'client.id': 'kcat',
      'auto.offset.reset': 'earliest',
      'auto.commit.interval.ms': 100,
      'fetch.wait.max.ms': 100,
      'session.timeout.ms': sessionTimeoutMs,
      'heartbeat.interval.ms': heartbeatIntervalMs,
      'max.poll.interval.ms': rebalanceTimeoutMs,
      'partition.assignment.strategy': assignor,
      'reconnect.backoff.max.ms': 500,
    }
    const options = Object.entries(settings).flatMap(([name, value]) => ['-X', `${name}=${value}`])
    // Unbuffered, so that a record is told before its offset is committed.
    return { command: ['kcat', '-b', address, '-G', groupId, '-u', '-f', '%p %o\\n', ...options, topic], parse: parseKcatLine }
  },
}

/** `PARTITION OFFSET` on stdout; on stderr `% Group g rebalanced (memberid m): assigned: topic [0], topic [1]`, or `revoked: ...`. */
function parseKcatLine(line: string, stream: 'stdout' | 'stderr'): ReturnType<MemberProgram['parse']> {
  const atMs = monotonicMs()
  if (stream === 'stdout') {
    const [partition, offset] = line.split(' ').map(Number) as [number, number]
    return { kind: 'worked', atMs, partition, offsets: [offset] }
  }
  const rebalanced = /rebalanced \(memberid (.*?)\): (assigned|revoked): ?(.*)$/.exec(line)
  if (rebalanced === null) return undefined
  const [, memberId, change, listed] = rebalanced as unknown as [string, string, string, string]
  const named = [...listed.matchAll(/\[(\d+)\]/g)].map((match) => Number(match[1]))
  return { kind: 'owns', atMs, memberId, partitions: change === 'assigned' ? named : [] }
}
