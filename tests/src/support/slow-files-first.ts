import { relative, sep } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Where tests start brokers, clients and terminals, and mostly wait for them. */
const slowFolders = ['tests', 'apps']

/**
 * The order of the test files: those of whole processes first, so that the small ones fill the gaps and no long one is left over at the end.
 * Within each of the two it is vitest's own: the longest of the last run, or on a fresh clone the largest file, first.
 */
export class SlowFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isSlow = ({ moduleId }: TestSpecification) => slowFolders.includes(relative(this.ctx.config.root, moduleId).split(sep)[0] ?? '')
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))]
  }
}
