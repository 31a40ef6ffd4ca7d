import { parseArgs } from 'node:util'
import { type BrokerFlags, runDaemon } from '@kafka-ts/broker/daemon'

const USAGE = `kafka-ts-broker [--host HOST] [--port PORT] [--data-dir DIR]... [--profile development|production] [--file broker.yaml] [-c key=value]...`
const EXIT_USAGE = 2

/** Runs a broker as the command line and the environment say; the exit code. */
export async function main(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<number> {
  let flags: BrokerFlags
  try {
    flags = parseFlags(args)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`)
    return EXIT_USAGE
  }
  return runDaemon({ flags, env })
}

function parseFlags(args: readonly string[]): BrokerFlags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: { type: 'string' },
      port: { type: 'string' },
      'data-dir': { type: 'string', multiple: true },
      profile: { type: 'string' },
      file: { type: 'string' },
      config: { type: 'string', short: 'c', multiple: true },
    },
  })
  const { host, port, 'data-dir': dataDirs, profile, file, config: configs } = values
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port: parsePort(port) }),
    ...(dataDirs === undefined ? {} : { dataDirs }),
    ...(profile === undefined ? {} : { profile }),
    ...(file === undefined ? {} : { file }),
    ...(configs === undefined ? {} : { configs }),
  }
}

function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new Error(`--port ${text}: a number from 0 to 65535 is needed`)
  return port
}
