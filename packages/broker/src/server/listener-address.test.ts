import { describe, expect, it } from 'vitest'
import { AdvertisedAddresses, formatAddress, parseListener } from './listener-address.ts'

describe('parseListener', () => {
  it.each([
    ['127.0.0.1:9092', { host: '127.0.0.1', port: 9092 }],
    ['PLAINTEXT://broker.example.com:19092', { host: 'broker.example.com', port: 19_092 }],
    ['[::1]:0', { host: '::1', port: 0 }],
    ['PLAINTEXT://:9092', { host: '0.0.0.0', port: 9092 }],
  ])('reads %s', (text, address) => {
    expect(parseListener('listeners', text)).toEqual(address)
  })

  it.each(['localhost', '9092', 'h:99999', '::1:9092', 'a b:1', 'http//x:1', 'h:-1', ''])('refuses %j', (text) => {
    expect(() => parseListener('listeners', text)).toThrow(`listeners: ${text} is not [NAME://]HOST:PORT`)
  })

  it('is the reverse of formatAddress', () => {
    for (const address of [
      { host: '::1', port: 1 },
      { host: 'h', port: 2 },
    ])
      expect(parseListener('x', formatAddress(address))).toEqual(address)
  })
})

describe('the address clients are told', () => {
  const reached = { host: '10.0.0.7', port: 9092 }
  const addressFor = (listener: string, advertised: string | undefined, bound: string, local = reached) => {
    const addresses = new AdvertisedAddresses(
      [parseListener('l', listener)],
      advertised === undefined ? [] : [parseListener('a', advertised)],
    )
    addresses.setBound([parseListener('b', bound)])
    return formatAddress(addresses.addressFor({ listenerIndex: 0, local }))
  }

  it('is the advertised one', () => {
    expect(addressFor('0.0.0.0:9092', 'broker:19092', '0.0.0.0:9092')).toBe('broker:19092')
  })

  it('has the port that was really bound', () => {
    expect(addressFor('127.0.0.1:0', undefined, '127.0.0.1:4711')).toBe('127.0.0.1:4711')
    expect(addressFor('127.0.0.1:0', 'broker:0', '127.0.0.1:4711')).toBe('broker:4711')
  })

  it('is the one the client reached when the broker is bound to all', () => {
    expect(addressFor('0.0.0.0:9092', undefined, '0.0.0.0:9092')).toBe('10.0.0.7:9092')
    expect(addressFor('[::]:9092', undefined, '[::]:9092', { host: '::ffff:10.0.0.7', port: 9092 })).toBe('10.0.0.7:9092')
  })

  it('cannot be a wildcard, and there is one a listener', () => {
    expect(() => addressFor('0.0.0.0:9092', '0.0.0.0:9092', '0.0.0.0:9092')).toThrow('clients cannot connect to 0.0.0.0')
    expect(() => new AdvertisedAddresses([reached, reached], [reached])).toThrow('needs one each')
  })

  it('is misleading when others are sent to their own machine', () => {
    const addresses = new AdvertisedAddresses([parseListener('l', '0.0.0.0:9092')], [parseListener('a', '127.0.0.1:9092')])
    addresses.setBound([parseListener('b', '0.0.0.0:9092')])
    expect(addresses.misleading()).toHaveLength(1)
    addresses.setBound([parseListener('b', '127.0.0.1:9092')])
    expect(addresses.misleading()).toEqual([])
  })
})
