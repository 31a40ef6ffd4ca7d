import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { SlowFilesFirst } from './tests/src/support/slow-files-first.ts'

// Tests run the sources themselves: the condition below maps every workspace package to its src/.
export default defineConfig({
  resolve: { conditions: ['@kafka-ts/source'] },
  ssr: { resolve: { conditions: ['@kafka-ts/source'] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'apps/*/src/**/*.test.ts',
      'apps/*/src/**/*.test.tsx',
      'tests/src/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    // The files are many and small: a process and an import of everything for each would take longer than most of them. No test may leave anything
    // behind in a module's state.
    isolate: false,
    // vitest leaves a processor to itself, which on two of them means one file at a time.
    maxWorkers: availableParallelism(),
    // The tests within a file that may overlap start whole processes each.
    maxConcurrency: 3,
    globalSetup: './tests/src/support/one-directory-a-run.ts',
    sequence: { sequencer: SlowFilesFirst },
    disableConsoleIntercept: true,
    // What a test does in a second takes twenty on a machine with twenty other things to do. A limit on the product is asserted, not left to this.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
