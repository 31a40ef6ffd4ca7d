import { join } from 'node:path'
import { cacheDir } from './programs.ts'

/** The interpreter of a virtual environment that scripts/interop-setup.sh made. */
export function venvPython(name: string): string {
  return join(cacheDir, name, 'bin', 'python')
}

/** Debian's own, which sees Debian's packages. */
export const systemPython = '/usr/bin/python3'

/** The interpreter that has the kafka-python of a row of the matrix. */
export const pythonOf: Readonly<Record<string, string>> = {
  'kafka-python 2.0': systemPython,
  'kafka-python 2': venvPython('kafka-python-2'),
  'kafka-python 3': venvPython('kafka-python-3'),
}
