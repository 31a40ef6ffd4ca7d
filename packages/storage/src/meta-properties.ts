import { Buffer } from 'node:buffer'
import { join } from 'node:path'
import type { Disk, Random } from '@kafka-ts/io'
import { readTextFileSync, writeFileAtomically } from './atomic-file.ts'
import { StorageError } from './storage-error.ts'

/** The layout of a data directory that this version writes and reads. */
export const FORMAT_VERSION = 1

const FILE_NAME = 'meta.properties'

/** What `meta.properties` says about a data directory. */
export interface MetaProperties {
  readonly version: number
  /** undefined as long as no cluster has claimed the directory. */
  readonly clusterId: string | undefined
  readonly nodeId: number
  readonly directoryId: string
}

export interface MetaPropertiesOptions {
  readonly disk: Disk
  readonly random: Random
  readonly path: string
  readonly nodeId: number
  /** undefined takes over what the file says. */
  readonly clusterId: string | undefined
}

/**
 * Reads `meta.properties`, or writes it in a new directory. Throws `StorageError`: `NEWER_FORMAT` for a later layout, `FOREIGN`
 * for a directory of another cluster or node, `CORRUPT` for one that cannot be read.
 */
export async function ensureMetaProperties(options: MetaPropertiesOptions): Promise<MetaProperties> {
  const { disk, random, nodeId, clusterId } = options
  const path = join(options.path, FILE_NAME)
  const text = readTextFileSync(disk, path)
  const found = text === undefined ? undefined : parse(path, text)
  if (found !== undefined) ensureOurs(path, found, options)
  const meta: MetaProperties = {
    version: FORMAT_VERSION,
    clusterId: clusterId ?? found?.clusterId,
    nodeId,
    directoryId: found?.directoryId ?? Buffer.from(random.uuid()).toString('base64url'),
  }
  if (found === undefined || found.clusterId !== meta.clusterId) await writeFileAtomically(disk, path, format(meta))
  return meta
}

function format(meta: MetaProperties): string {
  const clusterLine = meta.clusterId === undefined ? '' : `cluster.id=${meta.clusterId}\n`
  return `version=${meta.version}\n${clusterLine}node.id=${meta.nodeId}\ndirectory.id=${meta.directoryId}\n`
}

function parse(path: string, text: string): MetaProperties {
  const properties = new Map<string, string>()
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=')
    if (equals > 0 && !line.startsWith('#')) properties.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim())
  }
  const version = Number(properties.get('version'))
  const nodeId = Number(properties.get('node.id'))
  const directoryId = properties.get('directory.id')
  if (!Number.isInteger(version) || !Number.isInteger(nodeId) || directoryId === undefined) {
    throw new StorageError('CORRUPT', `${path} is damaged: it needs version, node.id and directory.id.`)
  }
  return { version, clusterId: properties.get('cluster.id'), nodeId, directoryId }
}

function ensureOurs(path: string, found: MetaProperties, { clusterId, nodeId }: MetaPropertiesOptions): void {
  if (found.version > FORMAT_VERSION) {
    throw new StorageError(
      'NEWER_FORMAT',
      `${path} has format version ${found.version}, this kafka-ts reads up to ${FORMAT_VERSION}. Use a newer kafka-ts.`,
    )
  }
  if (clusterId !== undefined && found.clusterId !== undefined && found.clusterId !== clusterId) {
    throw new StorageError('FOREIGN', `${path} belongs to cluster ${found.clusterId}, not to ${clusterId}. Use another data directory.`)
  }
  if (found.nodeId !== nodeId) {
    throw new StorageError('FOREIGN', `${path} belongs to node ${found.nodeId}, not to ${nodeId}. Use another data directory.`)
  }
}
