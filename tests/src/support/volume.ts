const isCi = process.env['CI'] === 'true'

/**
 * How much of a randomised test to run: an environment variable by its name if set (for long runs by hand), else `ci` under CI=true, else `quick`.
 */
export function volume(name: string, { quick, ci }: { readonly quick: number; readonly ci: number }): number {
  const wanted = process.env[name]
  if (wanted !== undefined && wanted !== '') return Number(wanted)
  return isCi ? ci : quick
}
