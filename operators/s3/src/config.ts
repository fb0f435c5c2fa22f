import { z } from 'kubewright'

/** The operator's own settings: flags `--s3-…`. */
export const config = z.object({
  workers: z.int().min(1).max(1_000).default(8).meta({ description: 'objects of each kind worked on at one time', placeholder: 'N' }),
  driftCheckIntervalSeconds: z
    .int()
    .min(5)
    .max(86_400)
    .default(300)
    .meta({ description: 'how often everything is compared with the server', placeholder: 'SECONDS' }),
  userReadinessTimeoutSeconds: z
    .int()
    .min(1)
    .max(600)
    .default(60)
    .meta({ description: 'how long a new key may be refused before it counts as bad', placeholder: 'SECONDS' }),
  clusterId: z
    .string()
    .regex(/^[\w.-]*$/)
    .max(63)
    .default('')
    .meta({ description: 'tells the buckets of this cluster from those of others on the same account', placeholder: 'NAME' }),
  allowedEndpoints: z.array(z.string().min(1)).default(['*']).meta({
    description: 'hosts that providers may name, HOST, *.DOMAIN or * for all but link-local; repeatable, or with commas',
    placeholder: 'HOST',
  }),
  ambientCredentialsNamespaces: z.array(z.string().min(1)).default([]).meta({
    description: "namespaces whose providers may use files, the environment and the identity of the operator's pod",
    placeholder: 'NAMESPACE',
  }),
})

export type S3Config = z.output<typeof config>
