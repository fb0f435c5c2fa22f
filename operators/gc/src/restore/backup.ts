import type { KubeObject } from 'kubewright'
import type { BackupRecord, StoredPart } from '../backup/record.ts'

/** One in a bucket. Its name is its address, `s3://bucket/key`. */
export interface BucketBackup {
  readonly store: 'S3'
  readonly namespace: undefined
  readonly name: string
  readonly record: BackupRecord
}

/** What can be brought back. */
export type Backup = StoredPart | BucketBackup

export function placeOf({ store, namespace, name }: Backup): string {
  return store === 'S3' ? name : `${namespace}/${name}`
}

/** Whether the object is the one of which the record tells: who may write where backups are can write one that looks like one. */
export function holds(record: BackupRecord, { apiVersion, kind, metadata: { uid, name, namespace } }: KubeObject): boolean {
  return (
    apiVersion === record.apiVersion && kind === record.kind && name === record.name && namespace === record.namespace && uid === record.uid
  )
}
