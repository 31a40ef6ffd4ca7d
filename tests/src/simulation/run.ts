import { parseArgs } from 'node:util'
import { describeResult, describeViolation } from './report.ts'
import { runSeed } from './run-seed.ts'
import { runSeeds } from './run-seeds.ts'

const USAGE = 'usage: run.ts [--seeds N] [--from N] [--seed N] [--history]'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string' },
    seed: { type: 'string' },
    history: { type: 'boolean' },
    help: { type: 'boolean' },
  },
})

if (values.help) {
  console.log(USAGE)
} else if (values.seed !== undefined) {
  const log = (level: string) => (details: object, message: string) => console.log(`   ${level}: ${message}`, details)
  const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
  const result = await runSeed(
    Number(values.seed),
    values.history ? { logger, onEvent: (event) => console.log(JSON.stringify(event)) } : {},
  )
  console.log(describeResult(result))
  for (const violation of result.violations) console.log(describeViolation(violation))
  process.exitCode = result.violations.length === 0 ? 0 : 1
} else {
  const summary = await runSeeds({
    from: Number(values.from ?? 1),
    count: Number(values.seeds ?? 200),
    onProgress: (line) => console.log(line),
  })
  console.log(summary.text)
  process.exitCode = summary.failures.length === 0 ? 0 : 1
}
