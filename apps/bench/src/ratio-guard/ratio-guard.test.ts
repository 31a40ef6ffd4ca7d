import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/** Calibration steps that one record costs, as measured: see measure-ratio.ts. */
const recordedStepsPerRecord = 12
/** Only gross regressions are caught here: the benchmarks are for the others. */
const leastShare = 0.4
const tries = 3
const deadlineMs = 120_000

const program = fileURLToPath(new URL('./measure-ratio.ts', import.meta.url))

function stepsPerRecord(): number {
  const out = execFileSync(process.execPath, ['--conditions=@kafka-ts/source', program], { encoding: 'utf8', timeout: deadlineMs })
  return (JSON.parse(out) as { readonly stepsPerRecord: number }).stepsPerRecord
}

test('a record from send() to the reader costs no more than 2.5 times the recorded processor time, in one of three tries', {
  timeout: tries * deadlineMs,
}, () => {
  const most = recordedStepsPerRecord / leastShare
  const measured: number[] = []
  while (measured.length < tries && !measured.some((steps) => steps <= most)) measured.push(stepsPerRecord())
  expect(Math.min(...measured), `calibration steps a record: ${measured.map((steps) => steps.toFixed(1)).join(', ')}`).toBeLessThanOrEqual(
    most,
  )
})
