import { execFileSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cache } from '../installed.ts'
import type { ServerType } from './server.ts'
import { freePort, startServerProcess, temporaryDirectory } from './server-process.ts'

const part = join(cache, 'apache-kafka')
const clusterId = 'a2Fma2EtdHMtYmVuY2gtMQ'
/** What its own start script gives it. */
const heap = ['-Xmx1G', '-Xms1G']
const collector = [
  '-server',
  '-XX:+UseG1GC',
  '-XX:MaxGCPauseMillis=20',
  '-XX:InitiatingHeapOccupancyPercent=35',
  '-XX:+ExplicitGCInvokesConcurrent',
  '-Djava.awt.headless=true',
]

/** One node in KRaft mode, broker and controller in one process. */
export const apacheKafka: ServerType = {
  kind: 'apache-kafka',
  settings: { commit: 'log.flush.interval.messages=1', page: 'its default' },
  async start(durability) {
    const directory = temporaryDirectory('apache-kafka')
    const [port, controllerPort] = [await freePort(), await freePort()]
    const configFile = join(directory, 'server.properties')
    writeFileSync(
      configFile,
      [
        'process.roles=broker,controller',
        'node.id=1',
        `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
        `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
        `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
        'controller.listener.names=CONTROLLER',
        `log.dirs=${join(directory, 'logs')}`,
        'offsets.topic.replication.factor=1',
        'transaction.state.log.replication.factor=1',
        'transaction.state.log.min.isr=1',
        'share.coordinator.state.topic.replication.factor=1',
        'share.coordinator.state.topic.min.isr=1',
        'offsets.topic.num.partitions=1',
        'group.initial.rebalance.delay.ms=0',
        'num.network.threads=3',
        'num.io.threads=8',
        ...(durability === 'commit' ? ['log.flush.interval.messages=1'] : []),
        '',
      ].join('\n'),
    )
    const java = ['-cp', join(part, 'lib', '*'), '-Dorg.slf4j.simpleLogger.defaultLogLevel=info']
    execFileSync('java', [...java, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', configFile], { stdio: 'ignore' })
    return startServerProcess({
      program: 'java',
      args: [...heap, ...collector, ...java, 'kafka.Kafka', configFile],
      ready: /Kafka Server started/,
      address: `127.0.0.1:${port}`,
      version: versionOfJars(),
      directory,
    })
  },
}

function versionOfJars(): string {
  const jar = readdirSync(join(part, 'lib')).find((name) => name.startsWith('kafka_2.13-'))
  return jar?.slice('kafka_2.13-'.length, -'.jar'.length) ?? 'unknown'
}
