import { apis } from '@kafka-ts/protocol'
import { expect, test } from 'vitest'
import { runSimulated } from '../testing-support/simulated-world.ts'

test('tells what a broker speaks, and which version of each API is used', () =>
  runSimulated(1, async ({ kafka }) => {
    const { admin } = kafka()
    const features = await admin.describeFeatures()
    expect(features).toMatchObject({ nodeId: 1, clusterId: 'scripted' })
    const { key, minVersion, maxVersion } = apis.fetch
    expect(features.apis).toContainEqual({ key, name: 'fetch', minVersion, maxVersion, usedVersion: maxVersion })
    expect(await admin.describeFeatures({ broker: features.nodeId })).toEqual(features)
    await expect(admin.describeFeatures({ broker: 99, timeoutMs: 200 })).rejects.toMatchObject({ code: 'DISCONNECTED' })
  }))
