import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { loadCommands } from './load-commands.ts'
import { renderDocs } from './render-docs.ts'

it('docs/cli.md is what the commands of the build say (npm run docs in apps/cli writes it)', async () => {
  const file = fileURLToPath(new URL('../../../../docs/cli.md', import.meta.url))
  expect(readFileSync(file, 'utf8')).toBe(renderDocs(await loadCommands()))
})

it('every command and flag says what it does', async () => {
  for (const command of await loadCommands()) {
    expect(command.summary, command.id).toBeTruthy()
    for (const flag of Object.values(command.flags)) expect(flag.summary, `${command.id} --${flag.name}`).toBeTruthy()
    for (const arg of Object.values(command.args)) expect(arg.description, `${command.id} ${arg.name}`).toBeTruthy()
  }
})
