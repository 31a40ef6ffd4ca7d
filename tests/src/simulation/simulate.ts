import { healEverything, runFaults } from './faults/nemesis.ts'
import { endLife } from './faults/process-faults.ts'
import { placeName } from './history.ts'
import { AdminWorker } from './workload/admin-worker.ts'
import { audit, readableEnds } from './workload/audit.ts'
import { CompactionWorker } from './workload/compaction-worker.ts'
import { ConsumerWorker } from './workload/consumer-worker.ts'
import { GroupWorker } from './workload/group-worker.ts'
import { ProducerWorker } from './workload/producer-worker.ts'
import { TopicLifeWorker } from './workload/topic-life-worker.ts'
import type { World } from './world.ts'

/** Once every fault is over, all that was asked has an answer and all that was written is read within this time. */
const HEALING_MS = 30_000

/** One run: clients at work, faults, healing, and a look at everything. Its findings are in the history of the world. */
export async function simulate(world: World): Promise<void> {
  await world.broker.ensureRunning()
  const admin = new AdminWorker(world)
  await admin.createTopics()
  const producers = world.plan.producers.map((plan) => new ProducerWorker(world, plan))
  const consumers = world.plan.consumers.map((plan) => new ConsumerWorker(world, plan))
  const group = world.plan.group === undefined ? undefined : new GroupWorker(world, world.plan.group)
  const lives = new TopicLifeWorker(world)
  const compaction = new CompactionWorker(world)
  const reading = consumers.map((consumer) => consumer.run())
  if (group !== undefined) reading.push(group.run())
  const administering = [admin.run(), lives.run(), compaction.run()]
  const faults = runFaults(world).finally(() => {
    for (const producer of producers) producer.finish()
  })
  await Promise.all([faults, ...producers.map((producer) => producer.run())])
  await heal(world, { producers, consumers })
  if (group !== undefined) await healGroup(world, group)
  admin.stop()
  lives.stop()
  compaction.stop()
  if (!(await audit(world, 'audit'))) world.violation('liveness', 'a partition could not be read after every fault was over')
  await Promise.all(consumers.map((consumer) => consumer.close()))
  await group?.close()
  await Promise.all([...reading, ...administering])
  await lookAfterRestart(world)
  await compaction.lookAtEnd()
  for (const client of world.kafkas) await client.close()
  await world.broker.stop()
}

async function heal(
  world: World,
  workers: { readonly producers: readonly ProducerWorker[]; readonly consumers: readonly ConsumerWorker[] },
): Promise<void> {
  healEverything(world)
  await world.broker.ensureRunning()
  let areSettled = false
  const settling = Promise.all(workers.producers.map((producer) => producer.settled())).then(() => {
    areSettled = true
  })
  if (await world.until(() => areSettled, HEALING_MS)) await settling
  else world.violation('liveness', `sends are without an outcome ${HEALING_MS} ms after every fault was over`)
  const ends = await readableEnds(world)
  for (const consumer of workers.consumers) {
    consumer.settleDown()
    const behind = (): string[] => ends.filter((end) => (consumer.position(end) ?? 0) < end.offset).map(placeName)
    if (await world.until(() => behind().length === 0, HEALING_MS)) continue
    world.violation(
      'liveness',
      `${consumer.name} did not reach the end of ${behind().join(', ')} within ${HEALING_MS} ms after every fault was over`,
    )
  }
}

/** The group gets to the end of everything, and has said so. */
async function healGroup(world: World, group: GroupWorker): Promise<void> {
  group.settleDown()
  const ends = (await readableEnds(world)).filter(({ topic }) => group.topics.includes(topic))
  const behind = (): string[] => ends.filter((end) => (group.committed(end) ?? 0) < end.offset).map(placeName)
  if (await world.until(() => behind().length === 0, HEALING_MS)) return
  world.violation(
    'liveness',
    `the group did not commit the end of ${behind().join(', ')} within ${HEALING_MS} ms after every fault was over\n${group.describe()}`,
  )
}

/** Ends the broker in one way or another and reads everything once more: what recovery made of it. */
async function lookAfterRestart(world: World): Promise<void> {
  const random = world.random('last restart')
  if (random.chance(0.4)) await world.broker.stop()
  else endLife({ world, random })
  await world.broker.ensureRunning()
  if (!(await audit(world, 'last-audit'))) world.violation('liveness', 'a partition could not be read after the last restart')
}
