import { z } from 'kubewright'

/** The operator's own settings: flags `--vault-unsealer-…`. */
export const config = z.object({
  workers: z.int().min(1).max(1_000).default(8).meta({ description: 'VaultUnsealers worked on at one time', placeholder: 'N' }),
  concurrency: z.int().min(1).max(10_000).default(256).meta({ description: 'calls to Vault under way at one time', placeholder: 'N' }),
  allowedHosts: z
    .array(z.string().regex(/^(\*\.)?[A-Za-z0-9:]([-.A-Za-z0-9:]*[A-Za-z0-9])?$/, 'must be host names, IP addresses or *.DOMAIN'))
    .default([])
    .meta({
      description: 'hosts outside of the cluster that shares may be sent to, or read from; repeatable, or with commas',
      placeholder: 'HOST',
    }),
  keysDirectory: z
    .string()
    .default('')
    .meta({ description: 'folder of mounted files with key shares: NAMESPACE/NAME/FILE', placeholder: 'DIR' }),
})

export type UnsealerConfig = z.output<typeof config>
