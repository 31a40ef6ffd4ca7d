#!/usr/bin/env node
// The order matters: a closed pipe must be a quiet end before anything writes, colour must be settled before any library looks, and the
// compile cache must be on before the first import of ours.
import module from 'node:module'

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code === 'EPIPE') process.exit(0)
    if (stream === process.stdout) process.stderr.write(` ›   Error: Cannot write the output: ${error.message}\n ›   Code: ${error.code}\n`)
    process.exit(1)
  })
}

const { env } = process
const flags = process.argv.includes('--') ? process.argv.slice(2, process.argv.indexOf('--')) : process.argv.slice(2)
if (env.NO_COLOR || env.KAFKA_TS_NO_COLOR || env.TERM === 'dumb' || flags.includes('--no-color')) env.FORCE_COLOR = '0'
env.NODE_ENV ??= 'production'
module.enableCompileCache?.()

const { main } = await import('../bundle/main.js')
await main(process.argv.slice(2))
