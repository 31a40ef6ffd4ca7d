import { Command, Flags } from '../../flags/oclif.ts'
import { ProcessInterrupts } from '../../interrupts.ts'

const profiles = ['development', 'production'] as const

export default class BrokerStart extends Command {
  static override summary = 'Run a broker until it is stopped by a signal'
  static override description =
    'Prints one line with "ready on HOST:PORT" once it accepts connections. docs/configuration.md lists every config.'
  static override examples = [
    '<%= config.bin %> broker start',
    '<%= config.bin %> broker start --port 19092 --data-dir ./data -c auto.create.topics.enable=false',
  ]
  static override flags = {
    host: Flags.string({ summary: 'Address to listen on', helpValue: 'ADDRESS' }),
    port: Flags.integer({ summary: 'Port to listen on; 0 is any free one', min: 0, max: 65_535 }),
    'data-dir': Flags.string({ summary: 'Where the data lies (repeatable)', helpValue: 'DIR', multiple: true, multipleNonGreedy: true }),
    profile: Flags.option({ options: profiles })({ summary: 'Defaults for trying things out, or for production' }),
    file: Flags.string({ summary: 'Configs from a YAML file', helpValue: 'broker.yaml' }),
    config: Flags.string({
      char: 'c',
      summary: 'A config by its Kafka name (repeatable)',
      helpValue: 'key=value',
      multiple: true,
      multipleNonGreedy: true,
    }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(BrokerStart)
    // The daemon listens to signals itself; until it is there, and after it is gone, the process does.
    new ProcessInterrupts().release()
    const { runDaemon } = await import('@kafka-ts/broker/daemon')
    process.exitCode = await runDaemon({
      flags: {
        configs: flags.config ?? [],
        ...(flags.host === undefined ? {} : { host: flags.host }),
        ...(flags.port === undefined ? {} : { port: flags.port }),
        ...(flags['data-dir'] === undefined ? {} : { dataDirs: flags['data-dir'] }),
        ...(flags.profile === undefined ? {} : { profile: flags.profile }),
        ...(flags.file === undefined ? {} : { file: flags.file }),
      },
      env: process.env,
    })
  }
}
