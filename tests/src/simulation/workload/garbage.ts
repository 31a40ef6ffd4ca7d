import type { Connection } from '@kafka-ts/io'
import type { SeededRandom, SimulatedDoors } from '@kafka-ts/io/simulated'
import { BROKER_HOST, BROKER_PORT } from '../broker-machine.ts'
import { between, pick } from '../plan.ts'

const CONNECT_TIMEOUT_MS = 1000
const PREAMBLE = Buffer.from([0x4b, 0x54, 0x53, 0x01])
const MAX_BYTES = 3000

/** Connects to the broker and sends what no client would. Resolves true when it was sent. */
export async function sendGarbage(doors: SimulatedDoors, random: SeededRandom): Promise<boolean> {
  let connection: Connection
  try {
    connection = await doors.network.connect({ host: BROKER_HOST, port: BROKER_PORT }, { timeoutMs: CONNECT_TIMEOUT_MS })
  } catch {
    // Nobody listens at the moment.
    return false
  }
  connection.handle({ onData() {}, onDrain() {}, onClose() {} })
  connection.write([garbage(random)])
  if (random.chance(0.5)) connection.end()
  return true
}

/** Noise; the preamble and then noise; a frame that promises more than it holds; a frame whose lengths contradict each other. */
function garbage(random: SeededRandom): Uint8Array {
  const noise = random.bytes(between(random, 1, MAX_BYTES))
  const lengths = Buffer.alloc(8)
  lengths.writeUInt32BE(pick(random, [0, 4, noise.length + 4, 2 ** 24, 2 ** 32 - 1]), 0)
  lengths.writeUInt32BE(pick(random, [0, noise.length, 2 ** 31]), 4)
  return pick(random, [noise, Buffer.concat([PREAMBLE, noise]), Buffer.concat([PREAMBLE, lengths, noise]), PREAMBLE.subarray(0, 2)])
}
