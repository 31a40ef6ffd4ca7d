import type { ConfigChange, ConfigResource } from '@kafka-ts/client'
import type { Listing } from '../output/listing.ts'
import { flag, object, type ShapeOf, text } from '../output/shape.ts'
import type { Session } from '../session.ts'
import { drawChange } from './config-changes.ts'
import { drawResource } from './config-list.ts'

const shape = object({
  resource: text('topic, broker or group'),
  name: text(),
  change: text(),
  isDryRun: flag('nothing was changed, only checked'),
})
type Change = ShapeOf<typeof shape>

/** What commands that change configs print. */
export const configChangeListing: Listing<Change> = {
  kind: 'ConfigChangeList',
  item: shape,
  name: (item) => item.change,
  columns: [
    { header: 'RESOURCE', value: (item) => item.resource },
    { header: 'NAME', value: (item) => item.name, isName: true },
    { header: 'CHANGE', value: (item) => (item.isDryRun ? `would be ${item.change}` : item.change) },
  ],
}

/** Changes of one resource, made together or not at all. */
export interface ConfigChangeSet {
  readonly resource: ConfigResource
  readonly changes: readonly ConfigChange[]
  readonly isDryRun: boolean
}

/** Has the broker check the changes and, unless it is a dry run, make them; then prints them. */
export async function applyConfigChanges(session: Session, { resource, changes, isDryRun }: ConfigChangeSet): Promise<void> {
  const what = `change the configs of ${drawResource(resource)}`
  const [outcome] = await session.admin(what, (admin, options) =>
    admin.alterConfigs([{ resource, changes }], { ...options, validateOnly: isDryRun }),
  )
  if (outcome?.error !== undefined) throw session.explain(outcome.error, what)
  const items = changes.map((change): Change => ({ resource: resource.type, name: resource.name, change: drawChange(change), isDryRun }))
  await session.output.write(configChangeListing, { items })
}
