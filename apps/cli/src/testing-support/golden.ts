import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { KafkaError } from '@kafka-ts/client'
import { renderReport, reportOf } from '../errors/report.ts'
import type { FakeCluster } from './fake-cluster.ts'
import { goldenCluster, goldenProbe } from './golden-world.ts'
import { type RunOptions, runCommand, temporaryHome } from './run-command.ts'

/** One run of a command. */
export interface GoldenRun {
  readonly argv: readonly string[]
  readonly stdin?: string
  /** No broker answers. */
  readonly isDown?: boolean
  /** A context `prod` is there, and in use. */
  readonly hasContext?: boolean
  /** What somebody at a terminal makes of a text in an editor. */
  readonly onEdit?: (text: string) => string
  /** Changes the world before the run. */
  readonly arrange?: (cluster: FakeCluster) => void
}

/** A run as the command line has it: words, split at blanks. */
export function run(line: string, options: Omit<GoldenRun, 'argv'> = {}): GoldenRun {
  return { argv: line.split(' ').filter((word) => word !== ''), ...options }
}

const commandsFolder = new URL('../commands/', import.meta.url)

/** Runs a command by its id in a world of its own, and answers what a user would see of it: the line, both outputs and the exit code. */
export async function goldenText(id: string, golden: GoldenRun): Promise<string> {
  const path = new URL(`${id.replaceAll(':', '/')}.ts`, commandsFolder).href
  const { default: Command } = (await import(/* @vite-ignore */ path)) as { default: Parameters<typeof runCommand>[0] }
  Object.assign(Command, { id })
  const cluster = goldenCluster()
  golden.arrange?.(cluster)
  if (golden.isDown) cluster.down = new KafkaError('DISCONNECTED', 'connect ECONNREFUSED 127.0.0.1:9092')
  const home = temporaryHome()
  const options: RunOptions = {
    cluster,
    home,
    probe: goldenProbe(golden.isDown === true),
    onSleep: () => undefined,
    ...(golden.onEdit === undefined ? {} : { isTerminal: true, onEdit: golden.onEdit }),
    ...(golden.stdin === undefined ? {} : { stdin: golden.stdin }),
  }
  if (golden.hasContext) await addContext(options)
  const { stdout, stderr, exit, error } = await runCommand(Command, golden.argv, options)
  const report = error === undefined ? '' : renderReport(reportOf(error), undefined, { isAscii: true, isColored: false, isDebug: false })
  const line = ['$ kafka-ts', id.replaceAll(':', ' '), ...golden.argv, ...(golden.isDown ? ['  # no broker'] : [])].join(' ')
  const versions = readVersions()
  const text = `${line}\n${stdout}${stderr === '' ? '' : marked(stderr)}${marked(report)}[exit ${exit}]\n`
  return versions.reduce((redacted, [name, value]) => redacted.replaceAll(value, name), text.replaceAll(home, '~'))
}

/** What goes to stderr is told from data by a bar. */
function marked(text: string): string {
  return text.replace(/^(?=.)/gm, '| ')
}

async function addContext(options: RunOptions): Promise<void> {
  const { default: ContextAdd } = await import('../commands/context/add.ts')
  await runCommand(ContextAdd, ['prod', '--brokers', 'b1.example:9092', '--color', 'red', '--protected', '--use'], options)
}

/** What changes from machine to machine, and from release to release. */
function readVersions(): readonly (readonly [string, string])[] {
  const manifest = JSON.parse(readFileSync(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8')) as { version: string }
  return [
    ['<node>', process.versions.node],
    ['<platform>', `${process.platform}-${process.arch}`],
    ['<version>', manifest.version],
  ]
}
