import { describe, expect, it } from 'vitest'
import { AnswersInOrder } from './answers-in-order.ts'

describe('answers in order', () => {
  const start = () => {
    const events: string[] = []
    const answers = new AnswersInOrder({
      send: (chunks) => events.push(`sent ${Buffer.concat(chunks)}`),
      close: (reason) => events.push(`closed: ${reason}`),
    })
    const next = (name: string) => answers.next(() => events.push(`${name} done`))
    return { events, next }
  }

  it('wait for those before them', () => {
    const { events, next } = start()
    const [a, b, c] = [next('a'), next('b'), next('c')]
    c.give([Buffer.from('C')])
    b.give(undefined)
    expect(events).toEqual([])
    a.give([Buffer.from('A'), Buffer.from('a')])
    expect(events).toEqual(['sent Aa', 'a done', 'b done', 'sent C', 'c done'])
  })

  it('close the connection in their turn', () => {
    const { events, next } = start()
    const [a, b] = [next('a'), next('b')]
    b.close('nonsense')
    expect(events).toEqual([])
    a.give([Buffer.from('A')])
    expect(events).toEqual(['sent A', 'a done', 'closed: nonsense', 'b done'])
  })
})
