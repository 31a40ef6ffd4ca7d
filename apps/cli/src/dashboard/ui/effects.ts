import type { PartitionName } from '../model/cluster-reader.ts'
import type { Ui } from './state.ts'

/** What a key asks for beyond the screen. */
export type Effect =
  | { readonly kind: 'quit' }
  | { readonly kind: 'poll-now' }
  | { readonly kind: 'copy'; readonly text: string }
  | { readonly kind: 'export' }
  | { readonly kind: 'plan-reset' }
  | { readonly kind: 'apply-reset' }
  | ({ readonly kind: 'exact-time'; readonly groupId: string; readonly offset: number } & PartitionName)

/** What comes of a key. */
export interface Update {
  readonly ui: Ui
  readonly effects: readonly Effect[]
}

/** An update without effects. */
export function only(ui: Ui): Update {
  return { ui, effects: [] }
}
