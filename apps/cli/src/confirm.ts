import { createInterface } from 'node:readline/promises'
import { styleText } from 'node:util'
import type { CliDoors } from './doors.ts'
import { CliError, usageError } from './errors/cli-error.ts'
import { EXIT } from './errors/exit-codes.ts'
import type { Settings } from './settings/settings.ts'

/** The flags a destructive command has. */
export interface ConfirmationFlags {
  readonly yes?: boolean
  readonly confirm?: string | undefined
  readonly 'no-input'?: boolean
}

/** What is about to be destroyed. */
export interface Destruction {
  /** A question without its mark: `Delete 2 topics and all their records`. */
  readonly question: string
  /** What has to be typed in a protected context. */
  readonly name: string
}

/** Where something is destroyed: a session, or a directory of this machine. */
export interface Scene {
  readonly doors: CliDoors
  readonly settings: Pick<Settings, 'isProtected' | 'context' | 'color'>
}

/** Returns when the user agrees. In a protected context agreeing means typing the name; `--yes` alone is not enough there. */
export async function confirmDestruction(scene: Scene, flags: ConfirmationFlags, { question, name }: Destruction): Promise<void> {
  const { doors, settings } = scene
  const isProtected = settings.isProtected.value
  if (flags.confirm !== undefined) {
    if (flags.confirm !== name) throw usageError(`--confirm ${flags.confirm} does not match: it must be ${name}.`)
    return
  }
  if (flags.yes && !isProtected) return
  const needed = isProtected ? `--confirm ${name}` : '--yes'
  if (flags['no-input'] || !doors.stdin.isTTY || !doors.stderr.isTTY) {
    const why = isProtected ? `${settings.isProtected.source} is protected` : 'there is nobody to ask'
    throw usageError(`${question}? This needs a confirmation, and ${why}.`, `add ${needed}`)
  }
  const where = drawContext(scene)
  const prompt = isProtected ? `${where}${question}? Type ${name} to go on: ` : `${where}${question}? [y/N] `
  const answer = await ask(doors, prompt)
  const hasAgreed = isProtected ? answer === name : /^y(es)?$/i.test(answer)
  if (!hasAgreed) throw new CliError('Declined; nothing was changed.', { code: 'DECLINED', exit: EXIT.declined })
}

/** The context in its colour before a question: a last chance to see that it is the wrong one. */
function drawContext({ settings, doors }: Scene): string {
  const name = settings.context.value
  if (name === undefined) return ''
  const { color } = settings
  const isColored = color !== undefined && doors.env['FORCE_COLOR'] !== '0'
  return `[${isColored ? styleText(color, name, { validateStream: false }) : name}] `
}

async function ask(doors: CliDoors, prompt: string): Promise<string> {
  const lines = createInterface({ input: doors.stdin, output: doors.stderr })
  // A terminal in readline's hands sends ctrl-C as a key, not as a signal.
  const ended = new Promise<string>((resolve, reject) => {
    lines.once('SIGINT', () => reject(new CliError('Interrupted; nothing was changed.', { code: 'INTERRUPTED', exit: EXIT.interrupted })))
    lines.once('close', () => resolve(''))
  })
  try {
    const answer = await Promise.race([lines.question(prompt), ended])
    return answer.trim()
  } catch (error) {
    doors.stderr.write('\n')
    throw error
  } finally {
    lines.close()
  }
}
