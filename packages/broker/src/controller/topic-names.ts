/** Kafka's limit: a partition's directory is `<topic>-<partition>`, and file names end at 255. */
export const MAX_TOPIC_NAME_LENGTH = 249

/** Why `name` cannot name a topic (INVALID_TOPIC_EXCEPTION), or undefined when it can. Kafka's rules (`Topic.validate`). */
export function topicNameProblem(name: string): string | undefined {
  if (name === '') return 'a topic name cannot be empty'
  if (name === '.' || name === '..') return 'a topic name cannot be "." or ".."'
  if (name.length > MAX_TOPIC_NAME_LENGTH) return `a topic name cannot be longer than ${MAX_TOPIC_NAME_LENGTH} characters`
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) return 'a topic name may only hold ASCII letters, digits, ".", "_" and "-"'
  return undefined
}

/** The form in which names collide: Kafka's metrics write `.` as `_`, so `a.b` and `a_b` cannot both exist. */
export function collisionKey(name: string): string {
  return name.replaceAll('.', '_')
}
