import { stringify } from 'yaml'
import { VERSION } from '../../../packages/cli/src/version.ts'

/** Chart and program have one version: a chart installs the program that its rights and definitions are of. */
export function chartFileOf(): string {
  return stringify({
    apiVersion: 'v2',
    name: 'kubewright',
    description: 'Operators for Kubernetes: garbage collection, Vault and OpenBao unsealing, Secrets to Vault, S3 storage, applications',
    type: 'application',
    version: VERSION,
    appVersion: VERSION,
    // The oldest in the support matrix: CRDs here have CEL rules with message expressions and field paths.
    kubeVersion: '>=1.30.0-0',
    keywords: ['operator', 'garbage-collection', 'vault', 'openbao', 's3'],
  })
}
