import type { Hook } from '@oclif/core/hooks'
import { closest } from '../closest.ts'
import { usageError } from '../errors/cli-error.ts'

/** Says which command was probably meant. Called by oclif with what it took for the command's id. */
const commandNotFound: Hook<'command_not_found'> = async ({ id, argv, config }) => {
  const spell = (commandId: string) => commandId.replaceAll(':', ' ')
  const known = config.commandIDs
  if (id.startsWith('-')) throw usageError(`${id} comes before the command; flags come after it.`, 'kafka-ts --help')
  const command = known.find((candidate) => id.startsWith(`${candidate}:`))
  if (command !== undefined) {
    const extra = [...id.slice(command.length + 1).split(':'), ...(argv ?? [])].join(' ')
    throw usageError(`${spell(command)} takes no arguments: ${extra} is too much.`, `kafka-ts ${spell(command)} --help`)
  }
  const [topic, verb = ''] = id.split(':')
  const siblings = known.filter((candidate) => candidate.startsWith(`${topic}:`))
  const near = closest(id, known) ?? siblings.find((candidate) => verb !== '' && candidate.includes(verb))
  throw usageError(
    `${spell(id)} is not a kafka-ts command.`,
    ...(near === undefined ? [] : [`did you mean kafka-ts ${spell(near)}?`]),
    siblings.length > 0 ? `kafka-ts ${topic} --help` : 'kafka-ts --help',
  )
}

export default commandNotFound
