import { dirname } from 'node:path'
import { between } from '../plan.ts'
import type { World } from '../world.ts'
import { filesBelow } from './bit-flip.ts'
import type { Fault, FaultContext } from './fault.ts'
import { endLife, startAgain } from './process-faults.ts'

/** Of a log: what it remembered of its producers at an offset. */
const SNAPSHOT = /\/([a-z]+)-(\d+)\/\d{20}\.snapshot$/
const MAX_LOGS = 3

/** While the broker is down, the newest snapshots of some logs vanish, or a byte of them turns into another. */
export const loseSnapshots: Fault = async (context) => {
  const { world, random } = context
  // A clean stop leaves a snapshot that tells everything, so that a start reads nothing but that; a crash, one that lacks the end.
  if (random.chance(0.5)) await world.broker.stop()
  else endLife(context)
  const paths = newestSnapshots(world)
  for (let count = Math.min(paths.length, between(random, 1, MAX_LOGS)); count > 0; count--) {
    const [path] = paths.splice(random.below(paths.length), 1)
    if (path !== undefined) await loseSnapshot(context, path)
  }
  await startAgain(context)
}

async function loseSnapshot({ world, random }: FaultContext, path: string): Promise<void> {
  const { disk } = world.broker
  const [, topic = '', partition] = SNAPSHOT.exec(path) ?? []
  const size = disk.statSync(path)?.size ?? 0
  if (size === 0 || random.chance(0.5)) {
    disk.removeSync(path)
    // Gone for good: no power cut brings it back when the log has gone on without it.
    disk.syncDirectorySync(dirname(path))
    world.noteFault('lost-snapshot', path)
  } else {
    const position = random.below(size)
    const bit = random.below(8)
    disk.flipBit(path, position, bit)
    world.noteFault('lost-snapshot', `${path}, bit ${bit} of byte ${position}`)
  }
  world.history.add({ f: 'snapshot-lost', topic, partition: Number(partition) })
}

/** Of each log of the topics of this run. */
function newestSnapshots({ broker, plan }: World): string[] {
  const newest = new Map<string, string>()
  for (const path of filesBelow(broker.disk, '/').sort()) {
    const topic = SNAPSHOT.exec(path)?.[1]
    if (plan.topics.some(({ name }) => name === topic)) newest.set(dirname(path), path)
  }
  return [...newest.values()]
}
