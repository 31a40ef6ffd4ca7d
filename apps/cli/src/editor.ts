import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CliError } from './errors/cli-error.ts'
import { EXIT } from './errors/exit-codes.ts'

const OWNER_ONLY = 0o600

/** Lets the user edit a text in $VISUAL, $EDITOR or vi, and answers what was saved. An editor that fails is an error: then nothing counts as saved. */
export async function editText(text: string, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const editor = env['VISUAL'] || env['EDITOR'] || 'vi'
  const folder = await mkdtemp(join(tmpdir(), 'kafka-ts-'))
  const path = join(folder, 'configs.properties')
  try {
    await writeFile(path, text, { mode: OWNER_ONLY })
    // An editor is a command line ("code --wait"), so the shell splits it; the path is an argument of its own.
    const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'sh', path], { stdio: 'inherit', env })
    const [code] = (await once(child, 'exit')) as [number | null]
    if (code !== 0) throw editorError(editor, `it ended with ${code ?? 'a signal'}`)
    return await readFile(path, 'utf8')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function editorError(editor: string, why: string): CliError {
  return new CliError(`Cannot edit with ${editor}: ${why}. Nothing was changed.`, {
    code: 'EDITOR',
    exit: EXIT.unexpected,
    suggestions: ['choose another: EDITOR=nano kafka-ts configs edit ...'],
  })
}
