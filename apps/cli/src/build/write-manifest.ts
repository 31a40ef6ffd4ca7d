// Writes oclif.manifest.json: with it oclif loads the one command it runs instead of all of them. Part of the build.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Plugin } from '@oclif/core/config'

const root = fileURLToPath(new URL('../..', import.meta.url))
const plugin = new Plugin({
  root,
  name: '@kafka-ts/cli',
  type: 'core',
  isRoot: true,
  ignoreManifest: true,
  errorOnManifestCreate: true,
  respectNoCacheDefault: true,
})
await plugin.load()
if (plugin.commandIDs.length === 0) throw new Error(`no commands in ${root}bundle/commands`)
await writeFile(join(root, 'oclif.manifest.json'), `${JSON.stringify(plugin.manifest)}\n`)
