import { describe, expect, it } from 'vitest'
import { createTextLogger } from './text-logger.ts'

function logLines(level: 'info' | 'error' | 'silent') {
  const lines: string[] = []
  return { lines, logger: createTextLogger({ level, now: () => 0, write: (line) => lines.push(line) }) }
}

describe('the text log', () => {
  it('writes time, level, message and details on one line', () => {
    const { lines, logger } = logLines('info')
    logger.info({ topic: 'orders', partitions: 6, nothing: undefined }, 'created a topic')
    expect(lines).toEqual(['1970-01-01T00:00:00.000Z INFO  created a topic topic=orders partitions=6\n'])
  })

  it('quotes what could pass for something else', () => {
    const { lines, logger } = logLines('info')
    logger.warn({ clientName: 'x\n1970 ERROR forged', remote: { host: 'h', port: 1 } }, 'hello')
    expect(lines).toEqual(['1970-01-01T00:00:00.000Z WARN  hello clientName="x\\n1970 ERROR forged" remote={"host":"h","port":1}\n'])
  })

  it('leaves out what is less important than its level', () => {
    const errors = logLines('error')
    errors.logger.warn({}, 'a')
    errors.logger.error({ err: new Error('b', { cause: new Error('d') }), name: 'e' }, 'c')
    expect(errors.lines).toHaveLength(1)
    expect(errors.lines[0]).toMatch(/ERROR c name=e\n {2}Error: b\n.*\n {2}caused by:\n {2}Error: d\n/s)
    const silent = logLines('silent')
    silent.logger.error({}, 'a')
    expect(silent.lines).toEqual([])
  })
})
