import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { loadAllCommands } from './docs/load-commands.ts'

// What oclif and ink do to a command line that does not watch out. What a process has to show for it is in process.test.ts.

const root = fileURLToPath(new URL('..', import.meta.url))
const commands = await loadAllCommands()
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Readonly<Record<string, Readonly<Record<string, string>>>>

const sources = globSync('**/*.{ts,tsx}', { cwd: join(root, 'src/commands') }).filter((file) => !/\.(test|test-support)\.tsx?$/.test(file))

interface Flag {
  readonly multiple?: boolean
  readonly multipleNonGreedy?: boolean
}

it('the manifest knows every command: without it oclif imports them all', () => {
  const ids = sources.map((file) => file.replace(/\.tsx?$/, '').replaceAll('/', ':'))
  const aliases = commands.flatMap((command) => command.aliases)
  const known = commands.map((command) => command.id).filter((id) => !aliases.includes(id))
  expect(ids.sort()).toEqual(known.sort())
})

/** What a file of the bundle imports before it runs, and all that imports. */
function staticImports(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/^(?:import|export)[^'"()]*?["'](\.[^"']+)["']/gm))
    staticImports(join(dirname(file), path!), seen)
  return seen
}

it('no command loads ink or react before it needs them', () => {
  const isHeavy = (file: string) => /\/node_modules\/(ink|react|yoga-layout)\//.test(readFileSync(file, 'utf8'))
  const heavy = globSync('**/*.js', { cwd: join(root, 'bundle') }).filter((file) => isHeavy(join(root, 'bundle', file)))
  expect(heavy.length).toBeGreaterThan(0)
  for (const file of ['main.js', ...globSync('commands/**/*.js', { cwd: join(root, 'bundle') })]) {
    const loaded = [...staticImports(join(root, 'bundle', file))].filter(isHeavy)
    expect(loaded, file).toEqual([])
  }
})

it('a table needs neither ink nor react', () => {
  const names = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) => Object.keys(manifest[kind] ?? {}))
  expect(names).not.toContain('@oclif/table')
})

it('a repeatable flag takes one value at a time: greedy ones swallow the arguments', async () => {
  for (const file of sources) {
    const { default: Command } = (await import(join(root, 'src/commands', file))) as {
      default: { readonly flags?: Readonly<Record<string, Flag>> }
    }
    for (const [name, flag] of Object.entries(Command.flags ?? {}))
      if (flag.multiple) expect(flag.multipleNonGreedy, `${file} --${name}`).toBe(true)
  }
})

it('colour is settled, and a closed pipe is a quiet end, before anything is imported', () => {
  const source = readFileSync(join(root, 'bin/run.js'), 'utf8')
  const at = (text: string) => {
    expect(source).toContain(text)
    return source.indexOf(text)
  }
  const order = [
    at("'EPIPE'"),
    at("FORCE_COLOR = '0'"),
    at("NODE_ENV ??= 'production'"),
    at('enableCompileCache'),
    at("import('../bundle/main.js')"),
  ]
  expect(order).toEqual(order.toSorted((left, right) => left - right))
})

const readers =
  /^(?:(?:topics|groups|partitions|leaders|brokers|cluster|configs|context):(?:list|describe|show|lag|peek|offsets|info|health|features|get|current|logdirs)|consume|perf:consume|doctor|version|completion|__complete|broker:start|dashboard|top|storage:(?:verify|dump))$/

it('what changes anything has a dry run', () => {
  for (const { id, flags } of commands) if (!readers.test(id)) expect(Object.keys(flags), id).toContain('dry-run')
})

it('what asks has --yes, --confirm and --no-input', () => {
  const asking = ['topics:delete', 'topics:trim', 'groups:reset', 'groups:delete', 'groups:delete-offsets']
  for (const id of asking)
    expect(Object.keys(commands.find((command) => command.id === id)?.flags ?? {}), id).toEqual(
      expect.arrayContaining(['yes', 'confirm', 'no-input']),
    )
})

it('what shows the state of a cluster can be watched', () => {
  const shown = /^(?:topics|groups|partitions|leaders|brokers|cluster|configs):(?:list|describe|show|lag|offsets|info|health|get|logdirs)$/
  for (const { id, flags } of commands)
    if (shown.test(id)) expect(Object.keys(flags), id).toEqual(expect.arrayContaining(['watch', 'columns', 'sort', 'no-headers', 'raw']))
})
