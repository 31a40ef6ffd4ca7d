import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** `require` of what scripts/bench-setup.sh has installed: `part` is its directory there. */
export function requireOf(job, part) {
  return createRequire(join(job.cache, part, 'package.json'))
}

/** The version of an installed package, also of one that does not export its package.json. */
export function versionOf(job, part, name) {
  return JSON.parse(readFileSync(join(dirname(join(job.cache, part, 'package.json')), 'node_modules', name, 'package.json'), 'utf8'))
    .version
}
