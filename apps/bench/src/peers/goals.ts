import type { Figure } from './figures.ts'

type Goals = Readonly<Partial<Record<Figure, number>>>

/** How many times as fast, or as small, ours is meant to be, by peer (by server for `start` and `idle RSS`), with the settings of the plan. */
export const goals: Readonly<Record<string, Goals>> = {
  kafkajs: { produce: 8, consume: 6, p99: 3 },
  platformatic: { produce: 5, consume: 5, p99: 2 },
  confluent: { produce: 5, consume: 5, p99: 2 },
  nats: { produce: 15, consume: 5, p99: 2 },
  redis: { produce: 5, consume: 3, p99: 1 },
  'apache-kafka': { produce: 1.2, consume: 1.2, p99: 2, start: 8, 'idle RSS': 3 },
}
