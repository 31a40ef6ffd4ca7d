/** What comes before the reference in docs/cli.md. */
export const tour = `# The kafka-ts command

\`\`\`sh
kafka-ts broker start                                # a broker on 127.0.0.1:9092, data in ./.kafka-ts
kafka-ts topics create orders -p 6
kafka-ts produce orders orders.ndjson --key-field id # each line is a record; its key is a field of the JSON
kafka-ts consume orders --from start --exit-at-end -f '%k\\t%v\\n'
kafka-ts topics describe orders
kafka-ts topics offsets orders -o json
\`\`\`

## Which cluster

Without anything else commands talk to \`localhost:9092\`. What says otherwise, the first of these that does:

1. flags: \`--brokers host:port,...\`, \`--context NAME\`, \`--timeout 10s\`, \`-X key=value\`
2. the environment: \`KAFKA_TS_BROKERS\`, \`KAFKA_TS_CONTEXT\`, \`KAFKA_TS_TIMEOUT\`
3. \`.kafka-ts.yaml\` in the working directory or above it, up to the root of the git repository: \`brokers\`, \`context\`, \`timeout\`, \`properties\`
4. the context that is in use: \`kafka-ts context add prod --brokers b1:9092,b2:9092 --protected --use\`

A context named with \`--context\` goes before the brokers of the project file. \`kafka-ts context show --effective\` prints every value with its source.
Contexts are kept in \`$XDG_CONFIG_HOME/kafka-ts/config.yaml\` (\`--config-file\` or \`KAFKA_TS_CONFIG\` name another file), the name of the one
in use in \`current-context\` beside it. In a \`protected\` context destructive commands need the name typed, or \`--confirm NAME\` in a script; elsewhere
they ask, and need \`--yes\` where there is nobody to ask.

## Output

Standard output is data, standard error is talk. \`-o\` (or \`KAFKA_TS_OUTPUT\`) chooses the format:

| format | for |
| --- | --- |
| \`table\`, \`wide\` | people; \`-\` is nothing, \`?\` is not known; nothing is cut when it is not a terminal |
| \`json\`, \`yaml\` | one document: \`{"kind": ..., "items": [...], "warnings": []}\`, and \`errors\` when some items failed |
| \`ndjson\` | one item a line; an item that failed is a line with \`error\` |
| \`name\` | bare names, for xargs |
| \`schema\` | the JSON Schema of \`json\` |

Offsets, sizes and other 64-bit numbers are strings in JSON and YAML, whole for every reader; times are ISO-8601 in UTC.
Keys and values that are not UTF-8 are base64 there, and say so in \`keyEncoding\` and \`valueEncoding\`; \`produce --input ndjson\` reads them back.

## Records

\`produce\` takes lines as they are: they end at \`\\n\` only, every other byte stays, an empty line is an empty record, and a last line needs no \`\\n\`.
\`consume -f\` writes keys and values byte for byte and adds nothing: end the format with \`\\n\` for lines. \`produce -f\` reads the same formats.
\`consume\` starts at the end of each partition, or at its start with \`-e\` and \`--to\`; \`--from\` says otherwise. Records of one key come in order.
A null value (a tombstone) and an empty one are told apart with \`--null-as\`.

Times are written \`@2026-11-22T15:00Z\`, \`@-1h\`, \`@now\`, or \`@\` and milliseconds since 1970.

## Errors and exit codes

An error says what failed, on what, why, and what to do. With \`-o json\` and \`ndjson\` it is also on standard output, as \`{"error": {"code", "message", "exit", "retriable", "suggestions"}}\`.

| code | meaning |
| --- | --- |
| 0 | success, also of a dry run; ctrl-C in \`consume\`; a reader that went away (\`\\| head\`) |
| 1 | unexpected |
| 2 | usage, a bad value, or a confirmation where there is nobody to ask |
| 3 | a topic, broker, context or file that is not there |
| 4 | not authenticated, or not allowed |
| 5 | no broker could be reached, or none answered in time |
| 6 | some items failed |
| 7 | conflict: it exists already |
| 9 | declined at the prompt |
| 130, 143 | ended by SIGINT, SIGTERM |
`
