import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { loadCommands } from './docs/load-commands.ts'
import { type GoldenRun, goldenText, run } from './testing-support/golden.ts'

// What a user sees of each command: as a table, as JSON, and what it says when it cannot. A change of any of it shows in the files beside this one.

const down = (line = '') => run(line, { isDown: true })
const inContext = { hasContext: true }
const shorten = (text: string): string => text.replace('86400000', '1000')

const goldens: Readonly<Record<string, readonly GoldenRun[]>> = {
  'topics:list': [
    run(''),
    run('--sizes --rates 1s --overrides --internal -o wide'),
    run('orders --json'),
    run('--under-min-isr -o name'),
    down(),
  ],
  'topics:describe': [
    run('orders'),
    run('orders --problems --no-offsets'),
    run('payments --configs --all-configs --json'),
    run('nosuch'),
    down('orders'),
  ],
  'topics:create': [
    run('refunds -p 6 -c retention.ms=1000'),
    run('refunds --dry-run --json'),
    run('placed --assign 0:1,2 --assign 1:2,1'),
    run('placed --assign 1:1'),
    run('orders'),
    run('orders --if-not-exists'),
    run(''),
    run('-f nosuch.yaml'),
    down('refunds'),
  ],
  'topics:alter': [
    run('orders --partitions 6 -c segment.bytes=100'),
    run('orders --partitions 6 --dry-run --json'),
    run('orders --partitions 2'),
    run('orders'),
    run('nosuch -c a.b=1'),
    down('orders -c a.b=1'),
  ],
  'topics:delete': [
    run('payments --yes'),
    run('payments --dry-run --json'),
    run('payments nosuch --yes'),
    run('payments'),
    run('payments --yes', inContext),
    down('payments --yes'),
  ],
  'topics:trim': [
    run('orders --before 100 --partitions 0,1 --yes'),
    run('orders --before end --partitions 0 --dry-run --json'),
    run('orders --before 99999 --partitions 0,1 --yes'),
    run('orders --before 100 --partitions 0,1'),
    run('orders --before 100 --yes'),
    run('nosuch --before 1'),
    down('orders --before 1'),
  ],
  'topics:offsets': [run('orders'), run('orders --at earliest --json'), run('orders --at soon'), run('nosuch'), down('orders')],
  'topics:lag': [run('orders'), run('orders --by partition -o wide'), run('payments --json'), run('nosuch'), down('orders')],
  'groups:list': [
    run(''),
    run('-o wide --sort members:desc'),
    run('--topic payments --json'),
    run('--min-lag 100'),
    run('--state stable --type classic -o name'),
    run('--type x'),
    down(),
  ],
  'groups:describe': [
    run('billing'),
    run('billing --sample 10s -o wide'),
    run('billing --members'),
    run('billing --only-lagging --topic orders:1 --json'),
    run('archive fresh --time off'),
    run('nosuch'),
    run('billing nosuch'),
    down('billing'),
  ],
  'groups:lag': [
    run(''),
    run('--all --by topic'),
    run('billing --by member'),
    run('archive --by partition --json'),
    run('billing --max-lag 100'),
    run('billing --max-time 10m -o ndjson'),
    run('archive --until-zero --for 10s'),
    run('nosuch'),
    run('--for 5s'),
    down(),
  ],
  'groups:reset': [
    run('archive --to-earliest --all-topics --yes'),
    run('archive --shift-by -5 --all-topics --dry-run --json'),
    run('archive --by-duration -30m --topic orders:0,1 --dry-run'),
    run('archive --to-datetime 2026-11-22T15:00:00.100Z --topic orders:0 --dry-run'),
    run('archive --to-offset 99999 --topic payments --yes'),
    run('archive --to-group billing --topic orders:0,1 --topic payments --yes'),
    run('new --to-latest --topic orders:0,1 --allow-new-topics --yes'),
    run('archive --to-latest --topic orders --yes'),
    run('archive --from-file - --yes', { stdin: '# a comment\norders,0,7\n"payments",0,3\n' }),
    run('archive --from-file - --yes', { stdin: 'orders;0;7\n' }),
    run('billing --to-current --all-topics --dry-run'),
    run('billing --to-earliest --all-topics --yes'),
    run('archive --to-earliest --all-topics'),
    run('archive --to-earliest --all-topics --yes', inContext),
    run('archive --to-earliest --topic nosuch --yes'),
    run('archive --to-earliest'),
    run('archive --all-topics'),
    run('nosuch --to-earliest --all-topics'),
    down('archive --to-earliest --all-topics'),
  ],
  'groups:delete': [
    run('archive --yes'),
    run('archive --dry-run --json'),
    run('archive billing nosuch --yes'),
    run('billing --yes'),
    run('-r ^a --dry-run'),
    run('archive'),
    down('archive --yes'),
  ],
  'groups:delete-offsets': [
    run('archive --topic payments --yes'),
    run('archive --topic orders:0 --dry-run --json'),
    run('billing --topic orders --yes'),
    run('archive --topic nosuch --yes'),
    run('nosuch --topic orders'),
    down('archive --topic orders'),
  ],
  'groups:peek': [
    run('archive --topic orders:0 -B 2 -A 2'),
    run('archive --topic orders:0 -B 0 -A 1 --json'),
    run('archive --topic orders'),
    run('archive --topic orders:2'),
    run('nosuch --topic orders:0'),
    down('archive --topic orders:0'),
  ],
  'partitions:list': [run(''), run('--topic orders -o wide'), run('--leader 1 --not-preferred --json'), run('--topic nosuch'), down()],
  'leaders:show': [run(''), run('--ascii'), run('--json'), down()],
  'brokers:list': [run('-o wide'), run('--json'), down()],
  'brokers:describe': [run('1'), run('2 --no-configs --json'), run('7'), run('x'), down('1')],
  'brokers:logdirs': [run(''), run('--by topic --json'), down()],
  'cluster:info': [run(''), run('--json'), down()],
  'cluster:health': [
    run(''),
    run('--json'),
    run('', { arrange: (cluster) => void cluster.topics.delete('orders') }),
    run('--until-healthy --for 3s -o wide'),
    run('--for 3s'),
    run('--until-healthy --for 3s', { isDown: true }),
    down(),
  ],
  'cluster:features': [run(''), run('--broker 2 --json'), run('--broker 7'), down()],
  'configs:get': [
    run('--topic orders'),
    run('--broker 1 --all --json'),
    run('--topic orders --key retention.mss'),
    run('--topic nosuch'),
    run('--group billing --all'),
    run(''),
    down('--topic orders'),
  ],
  'configs:set': [
    run('--topic orders retention.ms=1000 --unset min.insync.replicas'),
    run('--topic orders retention.ms=1000 --dry-run --json'),
    run('--topic orders nonsense=1'),
    run('--group billing consumer.session.timeout.ms=30000'),
    run('--broker 1 num.partitions=3'),
    run('--topic orders'),
    run('--topic nosuch a.b=1'),
    down('--topic orders a.b=1'),
  ],
  'configs:edit': [
    run('--topic orders', { onEdit: shorten }),
    run('--topic orders --json', { onEdit: shorten }),
    run('--topic orders --dry-run', { onEdit: shorten }),
    run('--topic orders', { onEdit: (text) => text }),
    run('--topic orders'),
    run('--topic nosuch', { onEdit: shorten }),
    run('--topic orders', { onEdit: shorten, isDown: true }),
  ],
  produce: [
    run('payments', { stdin: 'a\nb\n' }),
    run('payments --json', { stdin: 'a\n' }),
    run('payments --dry-run', { stdin: 'a\nb\n' }),
    run('payments nosuch.txt'),
    down('payments'),
  ],
  consume: [
    run('payments -e'),
    run('payments -e --json'),
    run('payments --range 1:3 -o ndjson'),
    run('payments --range x'),
    run('nosuch -e'),
    down('payments -e'),
  ],
  'perf:produce': [
    run('payments --records 10'),
    run('payments --records 10 --dry-run --json'),
    run('payments --percentiles 0'),
    run('nosuch --records 10'),
    down('payments'),
  ],
  'perf:consume': [run('payments'), run('payments --percentiles 50 --json'), run('nosuch'), down('payments')],
  'perf:e2e': [
    run('payments --records 10'),
    run('payments --records 10 --json'),
    run('payments --records 10 --dry-run --json'),
    run('payments --size 4'),
    run('nosuch'),
    down('payments'),
  ],
  doctor: [
    run('--brokers b1.example:9092'),
    run('--brokers b1.example:9092 --json'),
    run('--brokers nosuch.invalid:9092'),
    down('-o wide'),
  ],
  'context:list': [run('', inContext), run('--json', inContext), run('')],
  'context:add': [
    run('dev --brokers b1:9092,b2 --timeout 5s'),
    run('dev --brokers b1 --dry-run --json'),
    run('prod --brokers b1', inContext),
    run('dev'),
    run('dev --brokers b1 --color pink'),
  ],
  'context:set': [
    run('prod --no-protected --color blue', inContext),
    run('prod --timeout 1s --dry-run --json', inContext),
    run('nosuch --color red'),
  ],
  'context:use': [run('prod', inContext), run('prod --dry-run --json', inContext), run('nosuch')],
  'context:current': [run('', inContext), run('--json', inContext), run('')],
  'context:show': [run('', inContext), run('--effective', inContext), run('prod --json', inContext), run('nosuch')],
  'context:remove': [run('prod', inContext), run('prod --dry-run --json', inContext), run('nosuch')],
  completion: [run('bash'), run('zsh'), run('fish'), run('tcsh')],
  version: [run(''), run('--json'), run('--bogus')],
}

/** Commands whose output is somebody else's to hold: what they run, or a screen. */
const others = ['broker:start', 'dashboard', 'top']

describe.each(Object.entries(goldens))('%s', (id, runs) => {
  it('writes what it wrote', async () => {
    const texts: string[] = []
    for (const golden of runs) texts.push(await goldenText(id, golden))
    await expect(texts.join('\n')).toMatchFileSnapshot(fileURLToPath(new URL(`goldens/${id.replaceAll(':', '-')}.txt`, import.meta.url)))
  })
})

it('every command has one', async () => {
  const ids = (await loadCommands()).map((command) => command.id).filter((id) => !others.includes(id) && !id.startsWith('storage:'))
  expect(ids.filter((id) => goldens[id] === undefined)).toEqual([])
})
