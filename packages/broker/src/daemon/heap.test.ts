import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

describe('the heap of a daemon', () => {
  it('is set up with a flag that this Node knows: of one it does not know V8 complains on stderr', () => {
    const program = `import { tuneHeap } from ${JSON.stringify(import.meta.resolve('./heap.ts'))}; tuneHeap(); console.log('set up')`
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'set up\n', stderr: '' })
  })
})
