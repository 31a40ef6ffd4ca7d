import { usageError } from '../errors/cli-error.ts'
import { Flags } from './oclif.ts'
import { parseDuration } from './parse-duration.ts'

/** A flag whose value is a duration, in milliseconds once parsed. */
export const durationFlag = Flags.custom<number, { readonly minMs?: number }>({
  parse: async (input, _context, options) => {
    const ms = parseDuration(input)
    if (ms === undefined) throw usageError(`${input} is not a duration: write 500ms, 10s, 5m, 2h or 7d.`)
    if (options.minMs !== undefined && ms < options.minMs) throw usageError(`${input} is too short: ${options.minMs}ms at least.`)
    return ms
  },
})
