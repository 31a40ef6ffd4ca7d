import { expect, it } from 'vitest'
import { editText } from './editor.ts'

const env = { PATH: process.env['PATH'] }

it('answers what the editor saved', async () => {
  expect(await editText('a\nb\n', { ...env, EDITOR: "sed -i -e 's/a/x y/'" })).toBe('x y\nb\n')
})

it('prefers VISUAL', async () => {
  expect(await editText('a', { ...env, VISUAL: 'true', EDITOR: 'false' })).toBe('a')
})

it('counts nothing as saved when the editor fails', async () => {
  await expect(editText('a', { ...env, EDITOR: 'false' })).rejects.toThrow('Cannot edit with false: it ended with 1. Nothing was changed.')
  await expect(editText('a', { ...env, EDITOR: 'no-such-editor-here 2>/dev/null' })).rejects.toMatchObject({ code: 'EDITOR' })
})
