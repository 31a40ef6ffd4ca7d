import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const bundle = fileURLToPath(new URL('../../bundle/', import.meta.url))

/** The files that a file loads when it is loaded, all the way down; not those it loads later. */
function loadedWith(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  const text = readFileSync(file, 'utf8')
  for (const [, path] of text.matchAll(/^(?:import|export)\b[^'"();]*?['"](\.[^'"]+)['"]/gm)) loadedWith(join(dirname(file), path!), seen)
  return seen
}

/** What ink's reconciler makes, and nothing else of ours mentions. */
const MARK_OF_INK = 'ink-root'

it('no command loads ink, not even the dashboard before it is shown', () => {
  const commands = globSync('{main.js,commands/**/*.js}', { cwd: bundle })
  expect(existsSync(join(bundle, 'commands/dashboard.js')), 'run the build first (npm test does)').toBe(true)
  const heavy = commands.filter((command) =>
    [...loadedWith(join(bundle, command))].some((file) => readFileSync(file, 'utf8').includes(MARK_OF_INK)),
  )
  expect(heavy).toEqual([])
  const all = globSync('**/*.js', { cwd: bundle }).filter((file) => readFileSync(join(bundle, file), 'utf8').includes(MARK_OF_INK))
  expect(
    all.map((file) => relative('chunks', file)),
    'ink is in the bundle at all',
  ).toHaveLength(1)
})
