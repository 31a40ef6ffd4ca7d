// Holds the arrows of the house: which package may import which, in package.json (all kinds of dependencies) and in the sources.
// Exit 1 with one line per broken arrow.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const scope = '@kafka-ts/'

/** Package folder -> what it may import of ours. `lazily` names imports that must be dynamic. */
const arrows = {
  'packages/io': [],
  'packages/protocol': [],
  'packages/kafka-wire': ['protocol'],
  'packages/storage': ['io', 'protocol'],
  'packages/metadata': ['io', 'storage'],
  'packages/broker': ['io', 'protocol', 'kafka-wire', 'storage', 'metadata'],
  'packages/client': ['io', 'protocol'],
  'packages/lag': [],
  'packages/testing': ['broker', 'client', 'io'],
  'apps/cli': ['client', 'lag', 'io', 'storage', 'broker'],
  'apps/broker': ['broker'],
}
/** Sub-paths that are only ever imported dynamically, so that the rest starts quickly. */
const lazily = { 'apps/cli': ['broker', 'io', 'storage'] }

function* sources(folder) {
  for (const name of readdirSync(folder)) {
    if (name === 'node_modules' || name === 'dist') continue
    const path = join(folder, name)
    if (statSync(path).isDirectory()) yield* sources(path)
    else if (/\.(ts|tsx|mts|js|mjs)$/.test(name)) yield path
  }
}

function existingFolders() {
  return ['packages', 'apps'].flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`))
}

const problems = []
for (const folder of existingFolders()) {
  const allowed = arrows[folder]
  if (allowed === undefined) {
    if (folder !== 'apps/bench') problems.push(`${folder}: has no arrows; add it to scripts/import-arrows.mjs`)
    continue
  }
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  const self = manifest.name
  for (const kind of ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']) {
    for (const name of Object.keys(manifest[kind] ?? {})) {
      if (name.startsWith(scope) && !allowed.includes(name.slice(scope.length)))
        problems.push(`${folder}/package.json: ${kind} may not name ${name}`)
    }
  }
  for (const file of sources(join(root, folder))) {
    const text = readFileSync(file, 'utf8')
    for (const match of text.matchAll(/(?:from|import)\s*(\(\s*)?['"]@kafka-ts\/([a-z-]+)([a-z/-]*)['"]/g)) {
      const [, dynamic, target] = match
      if (`${scope}${target}` === self || target === 'source') continue
      const where = relative(root, file)
      if (!allowed.includes(target)) problems.push(`${where}: may not import ${scope}${target}`)
      const isTypeOnly = /import\s+type[^;'"]*$/.test(text.slice(Math.max(0, match.index - 400), match.index + 4))
      if (lazily[folder]?.includes(target) && dynamic === undefined && !isTypeOnly && !/\.test\.tsx?$/.test(file))
        problems.push(`${where}: ${scope}${target} must be imported dynamically`)
    }
  }
}
for (const problem of problems) console.error(problem)
process.exit(problems.length === 0 ? 0 : 1)
