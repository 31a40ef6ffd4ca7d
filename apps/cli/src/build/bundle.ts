// Bundles the command line into bundle/: a start then loads a handful of files instead of several hundred. Part of the build, after tsc.
// The daemon stays outside, for only `broker start` needs it, and so do native addons.
import { globSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = fileURLToPath(new URL('../..', import.meta.url))
const entries = ['main.js', ...globSync('{commands,hooks}/**/*.js', { cwd: `${root}dist` })].filter((file) => !file.endsWith('.test.js'))

const bundle = await rolldown({
  input: Object.fromEntries(entries.map((file) => [file.slice(0, -'.js'.length), `${root}dist/${file}`])),
  platform: 'node',
  external: [/^@kafka-ts\/broker/, /^@node-rs\//, 'lz4-napi', 'msgpackr-extract', 'react-devtools-core'],
})
// What works stays until what replaces it is whole.
const fresh = `${root}dist/bundle.new`
await rm(fresh, { recursive: true, force: true })
await bundle.write({ dir: fresh, format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' })
await bundle.close()
await rm(`${root}bundle`, { recursive: true, force: true })
await rename(fresh, `${root}bundle`)
