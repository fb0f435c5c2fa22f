// The servers that a suite goes over: every real one that is on this machine, or the in-process one in several dialects.
import { type DialectName, fakeS3, type RealS3 } from '@kubewright/testing'
import { realServers } from '../s3/contract/real-servers.ts'
import type { Features } from './s3-one-of-each.ts'
import { isReal } from './s3-servers.ts'

export interface Candidate extends Features {
  readonly name: string
  readonly start: () => Promise<RealS3>
}

const ALL = { users: true, managedPolicies: true }
const IN_PROCESS: Readonly<Partial<Record<DialectName, Features>>> = {
  aws: ALL,
  wasabi: ALL,
  seaweedfs: ALL,
  ceph: { users: false, managedPolicies: false, bridgesEvents: false },
  minio: { users: false, managedPolicies: false, abortsUploads: false },
}
const REAL: Readonly<Record<string, Features>> = {
  versitygw: { users: true, managedPolicies: false },
  'moto-auth': ALL,
  seaweedfs: ALL,
}

/** @param missing is told the names of real servers that are not on this machine */
export function candidates(missing: (name: string) => void): readonly Candidate[] {
  if (!isReal)
    return Object.entries(IN_PROCESS).map(([dialect, features]) => ({
      name: `in-process, ${dialect}`,
      start: () => fakeS3({ dialect: dialect as DialectName }),
      ...features,
    }))
  return realServers().flatMap(({ name, start }) => {
    if (start !== undefined) return [{ name, start, ...REAL[name]! }]
    missing(name)
    return []
  })
}
