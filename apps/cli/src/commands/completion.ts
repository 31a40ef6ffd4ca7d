import { CliCommand } from '../command.ts'
import { completionScripts, shells } from '../completion/scripts.ts'
import { Args } from '../flags/oclif.ts'

export default class Completion extends CliCommand {
  static override summary = 'Print a script that completes commands, flags and the names of topics and groups'
  static override description =
    'Put one of the examples into the start-up file of your shell. Names come from the cluster that the command line names; a broker that does not answer in 400 ms is not waited for.'
  static override examples = [
    'source <(<%= config.bin %> completion bash)   # ~/.bashrc',
    'source <(<%= config.bin %> completion zsh)    # ~/.zshrc, after compinit',
    '<%= config.bin %> completion fish | source    # ~/.config/fish/config.fish',
  ]
  static override args = {
    shell: Args.string({ description: 'bash, zsh or fish', required: true, options: [...shells], ignoreStdin: true }),
  }

  async run(): Promise<void> {
    const { args } = await this.parse(Completion)
    const shell = shells.find((known) => known === args.shell)!
    this.doors.stdout.write(completionScripts[shell])
  }
}
