import { PREAMBLE } from '@kafka-ts/protocol'
import { describe, expect, it } from 'vitest'
import { sniff } from './sniff.ts'

describe('sniff', () => {
  it.each([
    ['native', PREAMBLE],
    ['native', Uint8Array.of(...PREAMBLE, 0, 0)],
    ['undecided', PREAMBLE.subarray(0, 3)],
    ['undecided', Uint8Array.of()],
    ['undecided', Uint8Array.of(0, 0)],
    ['kafka', Uint8Array.of(0, 0, 0, 35)],
    ['unknown', Uint8Array.of(0, 0, 0, 0)],
    ['unknown', Uint8Array.of(0xff, 0xff, 0xff, 0xff)],
    ['unknown', Buffer.from('GET / HTTP/1.1')],
    ['unknown', Buffer.from('KTS2')],
    ['tls', Uint8Array.of(0x16)],
    ['tls', Uint8Array.of(0x16, 3, 1, 2)],
  ])('says %s', (protocol, bytes) => {
    expect(sniff(bytes)).toBe(protocol)
  })
})
