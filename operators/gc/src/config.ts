import { z } from 'kubewright'

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

export type GcConfig = z.output<typeof config>
