/** How results are written. `schema` prints the shape of the JSON instead of a result. */
export const outputFormats = ['table', 'wide', 'json', 'yaml', 'ndjson', 'name', 'schema'] as const
export type OutputFormat = (typeof outputFormats)[number]
