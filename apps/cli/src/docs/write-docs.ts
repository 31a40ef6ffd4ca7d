// Writes docs/cli.md from the commands themselves: npm run docs in apps/cli.
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { loadCommands } from './load-commands.ts'
import { renderDocs } from './render-docs.ts'

await writeFile(fileURLToPath(new URL('../../../../docs/cli.md', import.meta.url)), renderDocs(await loadCommands()))
