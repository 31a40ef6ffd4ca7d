const undone = new Set<() => void>()

process.once('exit', () => {
  for (const undo of [...undone].reverse()) undo()
})

/** `undo` is called when this process ends, the latest first; the function that it gives says that there is nothing left to undo. */
export function atExit(undo: () => void): () => void {
  undone.add(undo)
  return () => undone.delete(undo)
}
