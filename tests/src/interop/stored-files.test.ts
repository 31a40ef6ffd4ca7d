import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cacheDir, clientFile, requireInstalled } from './programs.ts'
import { systemPython } from './python.ts'
import { runProgram } from './run-program.ts'
import { type WrittenPartition, writeDataDir } from './written-data-dir.ts'

const testTimeoutMs = 120_000
const kafkaToolsLib = join(cacheDir, 'kafka-tools', 'lib')

let dataDir: string
let written: readonly WrittenPartition[]

beforeAll(async () => {
  ;({ dataDir, written } = await writeDataDir())
}, testTimeoutMs)
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

interface PartitionReport {
  readonly topic: string
  readonly partition: number
  readonly segments: number
  readonly records: number
  readonly codecs: readonly string[]
  readonly endOffset: number
  readonly logStartOffset: number
  readonly sha256: string
  readonly errors: readonly string[]
}

/** What the reader in Python says of each partition of a data directory, by `topic-partition`. */
async function readWithPython(directory: string): Promise<Map<string, PartitionReport>> {
  const script = [
    'import contextlib, io, sys',
    'sys.path.insert(0, sys.argv[1])',
    'import read_log_dir',
    'sys.exit(0 if read_log_dir.main(sys.argv[2]) in (0, 1) else 2)',
  ].join('\n')
  const { stdout } = await runProgram([systemPython, '-c', script, clientFile('python'), directory], { timeoutMs: testTimeoutMs })
  const reports = stdout
    .toString()
    .trim()
    .split('\n')
    .map((line): PartitionReport => JSON.parse(line))
  return new Map(reports.map((report) => [`${report.topic}-${report.partition}`, report]))
}

/** What Apache Kafka's own kafka-dump-log prints of some files. */
async function dumpLog(files: readonly string[]): Promise<string> {
  const command = ['java', '-cp', `${kafkaToolsLib}/*`, 'kafka.tools.DumpLogSegments', '--deep-iteration', '--files', files.join(',')]
  const { stdout, stderr } = await runProgram(command, { timeoutMs: testTimeoutMs })
  return `${stdout}\n${stderr}`
}

function filesOf(directory: string, extension: string): string[] {
  return globSync(`*-*/*.${extension}`, { cwd: directory }).map((file) => join(directory, file))
}

/** A copy of the data directory in which one byte of one file is another; the file, in the copy. */
function damagedCopy(file: string, position: number): { readonly copy: string; readonly damaged: string } {
  const copy = mkdtempSync(join(tmpdir(), 'kafka-ts-damaged-'))
  cpSync(dataDir, copy, { recursive: true })
  const damaged = join(copy, file)
  const bytes = readFileSync(damaged)
  bytes[position] = (bytes[position] as number) ^ 1
  writeFileSync(damaged, bytes)
  return { copy, damaged }
}

describe('a reader in Python, made from the published formats alone', () => {
  const missing = existsSync(systemPython) ? undefined : systemPython

  test(
    'reads every record of every partition, and finds segments, indexes, time indexes, snapshots and checkpoints in agreement',
    async (context) => {
      requireInstalled(missing, context)
      const reports = await readWithPython(dataDir)
      expect([...reports.values()].flatMap(({ errors }) => errors)).toEqual([])
      for (const { topic, partition, records, sha256, endOffset, codec, isTrimmed } of written) {
        const report = reports.get(`${topic}-${partition}`)
        expect(report, topic).toMatchObject({ endOffset, codecs: [codec] })
        // Below the log start there may be records that no client sees any more.
        if (!isTrimmed) expect(report, topic).toMatchObject({ records, sha256 })
        else expect(report?.logStartOffset).toBe(endOffset - records)
      }
      expect(reports.get('rolled-0')?.segments).toBeGreaterThan(3)
    },
    testTimeoutMs,
  )

  test.each([
    ['log', 70, 'the CRC does not match'],
    ['index', 7, 'no batch begins at position'],
    ['timeindex', 7, 'has timestamp'],
    ['snapshot', 20, 'the CRC does not match'],
  ])(
    'finds a flipped bit in a .%s file',
    async (extension, position, complaint) => {
      const file = globSync(`rolled-0/*.${extension}`, { cwd: dataDir }).sort()[1] as string
      const { copy } = damagedCopy(file, position)
      try {
        const report = (await readWithPython(copy)).get('rolled-0')
        expect(report?.errors.join('\n')).toContain(complaint)
      } finally {
        rmSync(copy, { recursive: true })
      }
    },
    testTimeoutMs,
  )
})

describe("Apache Kafka's kafka-dump-log", () => {
  const missing = existsSync(kafkaToolsLib) ? undefined : 'kafka-tools'

  test(
    'reads every record, and finds every batch valid',
    async (context) => {
      requireInstalled(missing, context)
      const said = await dumpLog(filesOf(dataDir, 'log'))
      const batches = said.split('\n').filter((line) => line.startsWith('baseOffset:'))
      expect(batches.length).toBeGreaterThan(100)
      expect(batches.filter((line) => !line.includes('isvalid: true'))).toEqual([])
      const records = said.split('\n').filter((line) => line.startsWith('| offset:')).length
      expect(records).toBeGreaterThanOrEqual(written.reduce((sum, partition) => sum + partition.records, 0))
    },
    testTimeoutMs,
  )

  test(
    'finds indexes, time indexes and producer snapshots in agreement with the log',
    async (context) => {
      requireInstalled(missing, context)
      const said = await dumpLog(['index', 'timeindex', 'snapshot'].flatMap((extension) => filesOf(dataDir, extension)))
      expect(said).toMatch(/offset: \d+ position: \d+/)
      expect(said).toMatch(/timestamp: \d+ offset: \d+/)
      expect(said).toMatch(/producerId: \d+ producerEpoch: \d+/)
      expect(said).not.toMatch(complaints)
    },
    testTimeoutMs,
  )

  test(
    'complains about a flipped bit',
    async (context) => {
      requireInstalled(missing, context)
      const file = globSync('rolled-0/*.index', { cwd: dataDir }).sort()[1] as string
      const { copy, damaged } = damagedCopy(file, 3)
      try {
        expect(await dumpLog([damaged])).toMatch(complaints)
      } finally {
        rmSync(copy, { recursive: true })
      }
    },
    testTimeoutMs,
  )

  const complaints = /mismatch|exception|corrupt|invalid|out of order|not found/i
})
