import { expect, it } from 'vitest'
import { int64, list, nullable, object, optional, text, time } from './shape.ts'

const shape = object({ topic: text('its name'), offset: nullable(int64()), at: optional(time()), tags: list(text()) })

it('writes 64-bit numbers as strings and times as ISO-8601', () => {
  expect(shape.toJson({ topic: 'a', offset: 2 ** 53 - 1, at: 0, tags: ['x'] })).toEqual({
    topic: 'a',
    offset: '9007199254740991',
    at: '1970-01-01T00:00:00.000Z',
    tags: ['x'],
  })
})

it('keeps null and leaves out what was not asked for', () => {
  expect(shape.toJson({ topic: 'a', offset: null, at: undefined, tags: [] })).toEqual({ topic: 'a', offset: null, tags: [] })
})

it('gives a schema that names what is required', () => {
  expect(shape.schema).toEqual({
    type: 'object',
    properties: {
      topic: { type: 'string', description: 'its name' },
      offset: { type: ['string', 'null'], pattern: '^-?[0-9]+$' },
      at: { type: 'string', format: 'date-time' },
      tags: { type: 'array', items: { type: 'string' } },
    },
    required: ['topic', 'offset', 'tags'],
    additionalProperties: false,
  })
})
