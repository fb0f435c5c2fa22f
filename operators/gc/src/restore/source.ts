import type { Client, KubeObject } from 'kubewright'
import type { StoredPart } from '../backup/record.ts'
import type { Backup } from './backup.ts'
import { type Catalogue, catalogueOf } from './catalogue.ts'
import { contentsOf } from './contents.ts'

/** Where backups are looked for. */
export interface BackupSource<B extends Backup = Backup> {
  /** Those of a namespace; `undefined`: all. @throws when nothing can be read */
  list(namespace: string | undefined, signal: AbortSignal): Promise<Catalogue<B>>
  /** The object that a backup holds. @throws Error when it is gone, or holds something else */
  contents(backup: B, signal: AbortSignal): Promise<KubeObject>
}

/** The Secrets and ConfigMaps of the cluster. */
export function clusterSource(client: Client): BackupSource<StoredPart> {
  return {
    list: (namespace, signal) => catalogueOf(client, namespace, signal),
    contents: (backup, signal) => contentsOf(client, backup, signal),
  }
}
