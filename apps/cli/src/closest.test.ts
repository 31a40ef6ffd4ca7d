import { expect, it } from 'vitest'
import { closest } from './closest.ts'

it('finds what was probably meant', () => {
  expect(closest('topics:lst', ['topics:list', 'topics:trim', 'consume'])).toBe('topics:list')
})

it('finds nothing when nothing is near', () => {
  expect(closest('zebra', ['topics:list', 'consume'])).toBeUndefined()
})
