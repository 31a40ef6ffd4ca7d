import { Box, Text, useInput } from 'ink'
import { memo, type ReactNode, useSyncExternalStore } from 'react'
import type { Dashboard } from '../dashboard.ts'
import { drawFrame, type FrameLook } from '../screens/frame.ts'
import { toKeyPresses } from './to-key-presses.ts'

/** The dashboard on ink: its state drawn as lines, its keys passed on. A line that stays the same is not rendered again. */
export function Screen({ dashboard, look }: { readonly dashboard: Dashboard; readonly look: FrameLook }): ReactNode {
  const state = useSyncExternalStore(dashboard.subscribe, dashboard.state)
  useInput((input, key) => {
    for (const press of toKeyPresses(input, key)) dashboard.press(press)
  })
  return (
    <Box flexDirection="column">
      {drawFrame(state, look).map((text, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row of the terminal is what its position is
        <Row key={row} text={text} />
      ))}
    </Box>
  )
}

const Row = memo(({ text }: { readonly text: string }) => <Text wrap="truncate-end">{text === '' ? ' ' : text}</Text>)
