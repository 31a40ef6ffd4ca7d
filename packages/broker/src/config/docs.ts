import { createBrokerConfig } from './broker-config.ts'
import { type BrokerConfigRow, brokerConfigTable } from './broker-config-table.ts'
import { type GroupConfigRow, groupConfigTable } from './group-config-table.ts'
import { type TopicConfigRow, topicConfigTable } from './topic-config-table.ts'

/** The table of broker configs in docs/configuration.md. */
export function brokerConfigDocs(): string {
  const rows = Object.entries<BrokerConfigRow>(brokerConfigTable).map(([name, { type, default: text, doc }]) => [
    code(name),
    `${type.kind}: ${type.allowed}`,
    code(text),
    doc,
  ])
  return table(['config', 'type', 'default', 'what it does'], rows)
}

/** The table of what the production profile changes. */
export function profileDocs(): string {
  const rows = Object.entries<BrokerConfigRow>(brokerConfigTable).flatMap(([name, { default: text, production }]) =>
    production === undefined ? [] : [[code(name), code(text), code(production)]],
  )
  return table(['config', 'development', 'production'], rows)
}

/** The table in docs/topic-configs.md. */
export function topicConfigDocs(): string {
  const config = createBrokerConfig()
  const rows = Object.entries<TopicConfigRow>(topicConfigTable).map(([name, { type, synonyms, defaultText, doc }]) => [
    code(name),
    `${type.kind}: ${type.allowed}`,
    code(defaultText(config)),
    synonyms.map(code).join(', '),
    doc,
  ])
  return table(['config', 'type', 'default', "the broker's default comes from", 'what it does'], rows)
}

/** The table of group configs in docs/configuration.md. */
export function groupConfigDocs(): string {
  const config = createBrokerConfig()
  const rows = Object.entries<GroupConfigRow>(groupConfigTable).map(([name, { type, synonym, min, max, doc }]) => [
    code(name),
    type.kind,
    code(config.texts.get(synonym)?.text ?? ''),
    code(synonym),
    `${code(min)} to ${code(max)}`,
    doc,
  ])
  return table(['config', 'type', 'default', "the broker's default comes from", 'from and to', 'what it does'], rows)
}

function code(text: string): string {
  return text === '' ? '(empty)' : `\`${text}\``
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
