import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { brokerConfigDocs, groupConfigDocs, profileDocs, topicConfigDocs } from './docs.ts'

const read = (name: string): string => readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8')

describe('the documentation', () => {
  it.each([
    ['configuration.md', 'every broker config', brokerConfigDocs],
    ['configuration.md', 'exactly what the production profile changes', profileDocs],
    ['configuration.md', 'every group config', groupConfigDocs],
    ['topic-configs.md', 'every topic config', topicConfigDocs],
  ])('%s shows %s', (file, _what, render) => {
    expect(read(file)).toContain(render())
  })
})
