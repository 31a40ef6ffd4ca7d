import type { Producer, ProducerOptions } from '@kafka-ts/client'
import { CliCommand } from '../command.ts'
import { CliError, usageError } from '../errors/cli-error.ts'
import { EXIT } from '../errors/exit-codes.ts'
import { isKafkaError, tooLargeSuggestions } from '../errors/kafka-errors.ts'
import { clusterFlags } from '../flags/global.ts'
import { Args, Flags } from '../flags/oclif.ts'
import { type Interrupt, interruptExitCode } from '../interrupts.ts'
import { humanBytes, humanCount, plural } from '../output/humanize.ts'
import type { Listing } from '../output/listing.ts'
import { int64, integer, object, type ShapeOf, text } from '../output/shape.ts'
import { chooseReader, inputKinds } from '../produce/choose-reader.ts'
import { openInput } from '../produce/open-input.ts'
import { produce } from '../produce/produce.ts'
import { type ProducerFlags, producerFlags, producerOptionsOf } from '../produce/producer-flags.ts'
import type { RecordSender } from '../produce/record-sender.ts'
import type { Session } from '../session.ts'
import type { PropertyScope } from '../settings/client-properties.ts'

const shape = object({
  topic: text(),
  records: int64('acknowledged (with --acks 0: sent)'),
  failed: int64(),
  bytes: int64('of keys and values'),
  durationMs: integer(),
})
type Summary = ShapeOf<typeof shape>

const listing: Listing<Summary> = {
  kind: 'ProduceResult',
  item: shape,
  name: (item) => item.topic,
  columns: [
    { header: 'TOPIC', value: (item) => item.topic, isName: true },
    { header: 'RECORDS', value: (item) => item.records, number: 'count' },
    { header: 'FAILED', value: (item) => item.failed, number: 'count' },
    { header: 'BYTES', value: (item) => item.bytes, number: 'bytes' },
  ],
}

export default class Produce extends CliCommand {
  static override summary = 'Write records to a topic, from a file or from standard input'
  static override description =
    'With --input lines each line is a record, byte for byte: lines end at \\n only, an empty line is an empty record, and a last line needs no \\n. ' +
    'A line that is no record, or that a broker refuses, is counted and the others are sent; the exit code is then 6.'
  static override examples = [
    'echo hello | <%= config.bin %> produce greetings -k world',
    '<%= config.bin %> produce changes changes.ndjson --key-field file --timestamp-field at',
    '<%= config.bin %> consume changes --from start -e -o ndjson | <%= config.bin %> produce copy --input ndjson',
    '<%= config.bin %> produce users --tombstone -k user-42',
  ]
  static override scopes: readonly PropertyScope[] = ['client', 'producer']
  static override args = {
    topic: Args.string({ description: 'Name of the topic', required: true, ignoreStdin: true }),
    file: Args.string({ description: 'File to read; standard input without it, or with -', ignoreStdin: true }),
  }
  static override flags = {
    ...clusterFlags,
    key: Flags.string({ char: 'k', summary: 'The key of every record', helpValue: 'KEY' }),
    'key-sep': Flags.string({ summary: 'The key stands before the first of these (\\t and \\xNN are understood)', helpValue: 'SEP' }),
    'key-field': Flags.string({
      summary: 'The key is this field of the JSON in the line; the value stays the line as it is',
      helpValue: 'FIELD',
    }),
    'timestamp-field': Flags.string({ summary: 'The timestamp is this field of the JSON in the line', helpValue: 'FIELD' }),
    header: Flags.string({
      char: 'H',
      summary: 'A header of every record (repeatable)',
      helpValue: 'name:value',
      multiple: true,
      multipleNonGreedy: true,
    }),
    partition: Flags.integer({ char: 'p', summary: 'The partition of every record', min: 0 }),
    ...producerFlags(),
    tombstone: Flags.boolean({ summary: 'Lines are keys, values are null; with --key one record and no input' }),
    'null-as': Flags.string({ summary: 'A key or value that reads like this is null', helpValue: 'TEXT' }),
    input: Flags.option({ options: inputKinds })({ summary: 'What the input is', default: 'lines' }),
    format: Flags.string({ char: 'f', summary: 'The input is in this format, as consume -f writes it: %k %v %p %T', helpValue: 'FORMAT' }),
    rate: Flags.integer({ summary: 'At most so many records a second', min: 1 }),
    tee: Flags.boolean({ summary: 'Write every value to standard output too' }),
    'dry-run': Flags.boolean({ summary: 'Read and check the input, and look for the topic, but write nothing' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Produce)
    const reader = chooseReader(flags)
    const defaults = { headers: (flags.header ?? []).map(parseHeader), partition: flags.partition }
    await this.session(flags, async (session) => {
      const { output, doors } = session
      if (output.wroteSchema(listing)) return
      if (flags.tee && !output.isForPeople)
        throw usageError(`--tee writes values to standard output, where -o ${output.format} writes its result.`)
      const isWithoutInput = flags.tombstone && flags.key !== undefined && args.file === undefined
      const input = isWithoutInput ? oneEmptyLine() : await openInput(args.file, doors)
      const isTyped = input === doors.stdin && doors.stdin.isTTY
      const isThere = await this.#topicExists(session, args.topic)
      if (isTyped && doors.stderr.isTTY) output.say('Each line is a record; ctrl-D ends the input.')
      const producer = flags['dry-run'] ? drySink() : (await session.kafka()).producer(this.#producerOptions(session, flags, isThere))
      const interruption = new AbortController()
      const stop = doors.interrupts.handle((interrupt) => interruption.abort(interrupt))
      const startMs = doors.now()
      try {
        const job = {
          topic: args.topic,
          producer,
          input,
          reader,
          defaults,
          rate: flags.rate,
          isTee: flags.tee,
          signal: interruption.signal,
        }
        const sender = await produce(session, job)
        await report(session, { sender, topic: args.topic, durationMs: doors.now() - startMs, isDryRun: flags['dry-run'] })
        if (interruption.signal.aborted) process.exitCode = interruptExitCode(interruption.signal.reason as Interrupt)
      } finally {
        stop()
        await producer.close()
      }
    })
  }

  /** Asked first, so that a broker that is not there is known in time. A topic that is not there may be created by the first record. */
  async #topicExists(session: Session, topic: string): Promise<boolean> {
    const what = `produce to topic ${topic}`
    const [outcome] = await session.admin(what, (admin, options) => admin.describeTopics([topic], options))
    if (outcome?.error === undefined) return true
    if (outcome.error.code === 'UNKNOWN_TOPIC_OR_PARTITION') return false
    throw session.explain(outcome.error, what)
  }

  #producerOptions(session: Session, flags: ProducerFlags, isThere: boolean): ProducerOptions {
    return {
      ...(isThere ? {} : { maxBlockMs: session.timeoutMs }),
      ...session.options('producer'),
      ...producerOptionsOf(flags),
    }
  }
}

function parseHeader(input: string): { key: string; value: string } {
  const at = input.indexOf(':')
  if (at <= 0) throw usageError(`--header: ${input} is not name:value.`)
  return { key: input.slice(0, at), value: input.slice(at + 1) }
}

/** A producer that accepts everything and keeps nothing. */
function drySink(): Producer {
  return {
    bufferedBytes: 0,
    send: async (topic: unknown) => ({ topic: String(topic), partition: -1, offset: -1, timestamp: -1 }),
    sendMany: async () => [],
    flush: async () => undefined,
    close: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }
}

async function* oneEmptyLine(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('\n')
}

interface Report {
  readonly sender: RecordSender
  readonly topic: string
  readonly durationMs: number
  readonly isDryRun: boolean
}

/** The result on stdout for programs, the summary on stderr for people, and an error when records failed. */
async function report(session: Session, { sender, topic, durationMs, isDryRun }: Report): Promise<void> {
  const { acknowledged, failed, bytes, fatal, failures } = sender
  const isTotal = acknowledged === 0 && isKafkaError(fatal)
  if (isTotal) throw session.explain(fatal, `produce to topic ${topic}`)
  const { output } = session
  if (!output.isForPeople && output.format !== 'name')
    await output.write(listing, { items: [{ topic, records: acknowledged, failed, bytes, durationMs: Math.round(durationMs) }] })
  const perSecond = durationMs > 0 ? Math.round((acknowledged * 1000) / durationMs) : acknowledged
  output.say(
    isDryRun
      ? `${plural(acknowledged, 'record')} would be written to ${topic}`
      : `${plural(acknowledged, 'record')}${failed === 0 ? ` (${humanBytes(bytes)})` : ''} written to ${topic} in ${(durationMs / 1000).toFixed(1)} s, ${humanCount(perSecond)}/s`,
  )
  if (failed === 0) return
  const rest = failed - failures.length
  const lines = [...failures.map((failure) => `  ${failure}`), ...(rest > 0 ? [`  and ${humanCount(rest)} more`] : [])]
  throw new CliError([`${plural(failed, 'record')} of ${humanCount(failed + acknowledged)} failed:`, ...lines].join('\n'), {
    code: isKafkaError(fatal) ? fatal.code : 'PARTIAL_FAILURE',
    exit: EXIT.partial,
    suggestions: sender.hasTooLarge ? tooLargeSuggestions(topic) : [],
    isOnStdout: !output.isForPeople,
  })
}
