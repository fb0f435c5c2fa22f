import { ConfigurationError, z } from 'kubewright'
import type { BucketSettings } from './bucket/bucket.ts'

/** The operator's own settings: flags `--gc-…`. */
export const config = z.object({
  concurrency: z.int().min(1).max(1_000).default(16).meta({ description: 'DELETE requests under way at one time', placeholder: 'N' }),
  maxDeletionsPerSecond: z
    .int()
    .min(1)
    .max(10_000)
    .default(100)
    .meta({ description: 'for each policy that does not say it itself', placeholder: 'N' }),
  maxTotalDeletionsPerSecond: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .meta({ description: 'of all policies together; no limit when not given', placeholder: 'N' }),
  requireAuthors: z
    .boolean()
    .default(false)
    .meta({ description: 'policies of which the webhook has not recorded who wrote them do nothing' }),
  auditLog: z.string().min(1).optional().meta({
    description: 'a file to which each deletion is appended as a line of JSON, beside the lines in the log',
    placeholder: 'FILE',
  }),
  backupNamespace: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be the name of a namespace')
    .optional()
    .meta({
      description: 'where ClusterGarbageCollectionPolicies keep what they delete; without it, beside each object',
      placeholder: 'NS',
    }),
  backupS3Bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket')
    .optional()
    .meta({ description: 'where policies with "backup.to: S3" keep what they delete', placeholder: 'BUCKET' }),
  backupS3Endpoint: z
    .url({ protocol: /^https?$/ })
    .refine(isSafe, 'must begin with https://: what is kept goes there as it is; http:// only to this machine')
    .optional()
    .meta({ description: 'its server, when that is not AWS', placeholder: 'URL' }),
  backupS3Region: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, 'must be the name of a region')
    .default('us-east-1')
    .meta({ description: 'of the bucket', placeholder: 'REGION' }),
  backupS3Prefix: z
    .string()
    .regex(/^([A-Za-z0-9!_.*'()-]+\/)*$/, 'must be folders, each followed by /')
    .max(256)
    .default('')
    .meta({ description: 'before all keys in it, such as clusters/one/', placeholder: 'PREFIX/' }),
  protectedNamespaces: z
    .array(z.string().regex(/^[a-z0-9][-a-z0-9]*\*?$/, 'must be names of namespaces, or beginnings of names followed by *'))
    .default([])
    .meta({
      description:
        'namespaces in which nothing is ever deleted, besides kube-* and openshift-*; repeatable, or with commas; NAME or PREFIX*',
      placeholder: 'NS',
    }),
  allowedKinds: z
    .array(z.string().regex(/^[A-Z][A-Za-z0-9]*(\.[a-z0-9.-]+)?$/, 'must be kinds, like Namespace or Role.rbac.authorization.k8s.io'))
    .default([])
    .meta({
      description:
        'kinds that policies may delete although they are on the list of kinds that are never deleted; repeatable, or with commas',
      placeholder: 'KIND',
    }),
})

function isSafe(endpoint: string): boolean {
  const { protocol, hostname } = new URL(endpoint)
  return protocol === 'https:' || ['127.0.0.1', '[::1]', 'localhost'].includes(hostname)
}

export type GcConfig = z.output<typeof config>

/** `undefined`: nothing is kept outside of the cluster. @throws ConfigurationError: where a bucket would be is said, and not which */
export function bucketOf({ backupS3Bucket, backupS3Endpoint, backupS3Region, backupS3Prefix }: GcConfig): BucketSettings | undefined {
  if (backupS3Bucket === undefined) {
    const lost = backupS3Endpoint !== undefined ? 'endpoint' : backupS3Prefix === '' ? undefined : 'prefix'
    if (lost !== undefined) throw new ConfigurationError(`--gc-backup-s3-${lost} is of a bucket: name it with --gc-backup-s3-bucket`)
    return undefined
  }
  return { bucket: backupS3Bucket, endpoint: backupS3Endpoint, region: backupS3Region, prefix: backupS3Prefix }
}
