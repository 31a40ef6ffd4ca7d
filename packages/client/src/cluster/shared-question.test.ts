import { describe, expect, it } from 'vitest'
import { SharedQuestion } from './shared-question.ts'

class Asked {
  readonly questions: (PromiseWithResolvers<string> & { readonly names: readonly string[] })[] = []
  readonly shared = new SharedQuestion<string>((names) => {
    const question = { names, ...Promise.withResolvers<string>() }
    this.questions.push(question)
    return question.promise
  })

  async hasAsked(count: number): Promise<void> {
    while (this.questions.length < count) await Promise.resolve()
  }

  get names(): (readonly string[])[] {
    return this.questions.map(({ names }) => names)
  }
}

describe('a shared question', () => {
  it('is asked at once by the first, and once more for all who come meanwhile', async () => {
    const asked = new Asked()
    const answers = ['a', 'b', 'c', 'b'].map((name) => asked.shared.ask(name))
    expect(asked.names).toEqual([['a']])
    asked.questions[0]?.resolve('first')
    expect(await answers[0]).toBe('first')
    await asked.hasAsked(2)
    expect(asked.names).toEqual([['a'], ['b', 'c']])
    const later = asked.shared.ask('d')
    asked.questions[1]?.resolve('second')
    expect(await Promise.all(answers)).toEqual(['first', 'second', 'second', 'second'])
    await asked.hasAsked(3)
    expect(asked.names).toEqual([['a'], ['b', 'c'], ['d']])
    asked.questions[2]?.resolve('third')
    expect(await later).toBe('third')
  })

  it('is asked again after one that failed, and tells the failure to those who shared it', async () => {
    const asked = new Asked()
    const [first, next] = [asked.shared.ask('a'), asked.shared.ask('b')]
    asked.questions[0]?.reject(new Error('no'))
    await expect(first).rejects.toThrow('no')
    await asked.hasAsked(2)
    asked.questions[1]?.resolve('yes')
    expect(await next).toBe('yes')
    const last = asked.shared.ask('c')
    await asked.hasAsked(3)
    expect(asked.names).toEqual([['a'], ['b'], ['c']])
    asked.questions[2]?.resolve('again')
    expect(await last).toBe('again')
  })
})
