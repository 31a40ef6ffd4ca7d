/** What comes before the reference in docs/cli.md. */
export const tour = `# The kafka-ts command

\`kafka-ts --help\` lists the commands, \`kafka-ts COMMAND --help\` tells each of them. This page is a tour, what is common to all, and a reference.

## A tour: from nothing to a safe rewind

A broker, a topic, and records whose keys are a field of the JSON:

\`\`\`console
$ kafka-ts broker start                                    # on 127.0.0.1:9092, data in ./.kafka-ts; in another terminal:
$ kafka-ts topics create orders -p 3
 TOPIC  CHANGE  DETAIL
 orders created 3 partitions
$ kafka-ts produce orders orders.ndjson --key-field id
30,000 records (774 KiB) written to orders in 1.1 s, 27,752/s
$ kafka-ts consume orders --from start -e -n 1 -f '%k\\t%v\\n'
o-1	{"id":"o-1","n":1}
\`\`\`

Two members of the group \`billing\` work on them. **Who lags?**

\`\`\`console
$ kafka-ts groups lag
 GROUP   STATUS MEM    LAG TIME IN/S OUT/S ETA WORST
 billing ?        2 21,827   7s    ?     ?   ? orders/1
\`\`\`

One look knows the lag and, from the timestamp of the record that comes next, how late the group is. What moves needs watching.
**Why?** Ask for a sample, by partition or by member:

\`\`\`console
$ kafka-ts groups describe billing --sample 10s
GROUP billing  STATE Stable  TYPE consumer  ASSIGNOR uniform
MEMBERS 2   COORDINATOR 1   LAG 7,791   TIME-LAG 17s   ETA 5s
 TOPIC  P COMMITTED    END   LAG TIME OUT/S STATUS   CLIENT
 orders 0    11,750 11,750     0   0s   414 OK       billing-1
 orders 1     8,971  8,971     0   0s   902 OK       billing-1
 orders 2     1,488  9,279 7,791  17s    95 CATCHING billing-2
$ kafka-ts groups describe billing --members --sample 10s
GROUP billing  STATE Stable  TYPE consumer  ASSIGNOR uniform
MEMBERS 2   COORDINATOR 1   LAG 6,811   TIME-LAG 27s   ETA 1m10s
 CLIENT    HOST       PARTS   LAG TIME OUT/S STATUS
 billing-1 /127.0.0.1     2     0   0s     0 OK
 billing-2 /127.0.0.1     1 6,811  27s    96 CATCHING
\`\`\`

One slow member. \`kafka-ts dashboard\` shows the same live, \`kafka-ts groups peek billing --topic orders:2\` the records that are in hand.

Its last 500 records were wrong: **rewind the group.** Not while it has members, for they would commit over it:

\`\`\`console
$ kafka-ts groups reset billing --shift-by -500 --topic orders
 ›   Error: Cannot reset the offsets of group billing: it still has 2 active members.
 ›   Code: NON_EMPTY_GROUP
 ›   Try this:
 ›     * stop the consumers, then run the command again
 ›     * kafka-ts groups describe billing --members
\`\`\`

Stop them, look at the plan (\`--dry-run\` changes nothing), then do it and keep the offsets of before:

\`\`\`console
$ kafka-ts groups reset billing --shift-by -500 --topic orders --export before.csv
 TOPIC  P    NOW    NEW DELTA NOTE
 orders 0 11,750 11,250  -500 -
 orders 1  8,971  8,471  -500 -
 orders 2  4,026  3,526  -500 -
Set 3 offsets of group billing (1,500 records are read again)? [y/N] y
The offsets as they are now are in before.csv: undo with --from-file before.csv
3 offsets of group billing set
$ kafka-ts groups reset billing --from-file before.csv     # if that was a mistake
\`\`\`

In scripts: \`--yes\` instead of the question, \`groups lag billing --until-zero --for 5m\` to wait, \`groups lag billing --max-lag 10000 --max-time 60s\` as a check
(exit 8), \`cluster health --until-healthy --for 5m\` after a restart, and \`-o json\` everywhere. When nothing works: \`kafka-ts doctor\`.

## Lag

\`LAG\` is the records between the committed offset and the end, and never below 0: committed offsets are read first. \`-\` is a partition without a commit, \`?\` what could
not be read; totals leave both out and say so with \`>=\`. \`TIME\` is the age of the oldest record that is not committed. By default it is exact, from the timestamp of that record (of many groups on one partition, for the 16 with the most lag); with
\`--watch\` it is estimated from the growth of the log, and \`>\` means that the record is older than what was watched. \`IN/S\`, \`OUT/S\`, \`ETA\` and \`STATUS\` need
\`--sample\` or \`--watch\`:

| status | the group |
| --- | --- |
| \`OK\`, \`CATCHING\` | keeps up, works its lag off |
| \`BEHIND\` | falls behind further |
| \`STALLED\`, \`STOPPED\` | does not commit although there is lag, has ceased to |
| \`REWIND\` | was set back |
| \`NO-COMMIT\` | has committed nothing there |
| \`EMPTY\`, \`REBALANCE\` | has no members, hands its partitions out anew |

## Which cluster

Without anything else commands talk to \`localhost:9092\`. What says otherwise, the first of these that does:

1. flags: \`--brokers host:port,...\`, \`--context NAME\`, \`--timeout 10s\`, \`-X key=value\`
2. the environment: \`KAFKA_TS_BROKERS\`, \`KAFKA_TS_CONTEXT\`, \`KAFKA_TS_TIMEOUT\` (and \`KAFKA_TS_CONFIG\`, \`KAFKA_TS_OUTPUT\`, \`KAFKA_TS_NO_COLOR\`, \`KAFKA_TS_DEBUG\`)
3. \`.kafka-ts.yaml\` in the working directory or above it, up to the root of the git repository: \`brokers\`, \`context\`, \`timeout\`, \`properties\`
4. the context that is in use: \`kafka-ts context add prod --brokers b1:9092,b2:9092 --protected --use\`

A context named with \`--context\` or \`KAFKA_TS_CONTEXT\` goes before the project file. \`kafka-ts context show --effective\` prints every value with its source.
Contexts are kept in \`$XDG_CONFIG_HOME/kafka-ts/config.yaml\` (\`--config-file\` or \`KAFKA_TS_CONFIG\` name another file), the name of the one
in use in \`current-context\` beside it. Its \`--color\` shows in questions and in the dashboard. In a \`protected\` context destructive commands need the name typed, or \`--confirm NAME\` in a script; elsewhere
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

\`consume --group ID\` reads as a member of a group, from where the group is, and shares the partitions with its other members. It commits only with \`--commit\`, and then
exactly what was written.

Times are written \`@2026-11-22T15:00Z\`, \`@-1h\`, \`@now\`, or \`@\` and milliseconds since 1970.

## Completion

\`source <(kafka-ts completion bash)\` in \`~/.bashrc\` (zsh and fish alike) completes commands, flags, and the names of topics, groups, brokers and contexts. Names come
from the cluster that the line names, within 400 ms, and from the last time it answered when it does not.

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
| 7 | conflict: it exists already, or a group that must be empty is not |
| 8 | a check failed: unhealthy, a lag above its limit, \`--for\` is over |
| 9 | declined at the prompt |
| 130, 143 | ended by SIGINT, SIGTERM |
`
