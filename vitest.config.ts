import { defineConfig } from 'vitest/config'

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
    disableConsoleIntercept: true,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
