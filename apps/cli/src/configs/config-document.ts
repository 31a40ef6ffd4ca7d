import type { ConfigChange, ConfigEntry } from '@kafka-ts/client'
import { usageError } from '../errors/cli-error.ts'
import { parseKeyValue } from '../flags/key-value.ts'

/** The configs of a resource as text to edit: what is set as `name=value`, the rest behind `#` with its default. */
export function writeConfigDocument(title: string, entries: readonly ConfigEntry[]): string {
  const own = entries.filter((entry) => !entry.isReadOnly && !entry.isSensitive)
  const set = own.filter(isSet)
  const rest = own.filter((entry) => !isSet(entry))
  return [
    `# Configs of ${title}. A line is name=value; a line that is taken out goes back to its default; # begins a comment.`,
    '# Save and leave to have the changes checked and made; leave it as it is to change nothing.',
    ...set.map(({ name, value }) => `${name}=${value ?? ''}`),
    '',
    '# Defaults:',
    ...rest.map(({ name, value }) => `# ${name}=${value ?? ''}`),
    '',
  ].join('\n')
}

/** Whether a config was set on the resource itself. */
function isSet({ source }: ConfigEntry): boolean {
  return source === 'dynamic-topic' || source === 'dynamic-broker' || source === 'dynamic-default-broker' || source === 'dynamic-group'
}

/** The changes that make the configs what the edited text says. Throws a usage error that names the line. */
export function readConfigDocument(text: string, entries: readonly ConfigEntry[]): ConfigChange[] {
  const wanted = new Map<string, string>()
  text.split('\n').forEach((line, index) => {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) return
    const [name, value] = parseKeyValue(trimmed, `line ${index + 1}`)
    if (wanted.has(name.trim())) throw usageError(`line ${index + 1}: ${name.trim()} is there twice.`)
    wanted.set(name.trim(), value.trim())
  })
  const before = new Map(entries.filter(isSet).map(({ name, value }) => [name, value ?? '']))
  return [
    ...[...wanted]
      .filter(([name, value]) => before.get(name) !== value)
      .map(([name, value]): ConfigChange => ({ name, operation: 'set', value })),
    ...[...before.keys()].filter((name) => !wanted.has(name)).map((name): ConfigChange => ({ name, operation: 'delete' })),
  ]
}
