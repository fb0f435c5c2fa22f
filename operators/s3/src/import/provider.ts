import type { ManifestReader } from 'kubewright'
import type { Conversion } from './conversion.ts'

const SECRETS = [
  ['accessKeySecretRef', 'access-key'],
  ['secretKeySecretRef', 'secret-key'],
  ['sessionTokenSecretRef', 'session-token'],
] as const

export function providerSpec(conversion: Conversion): object {
  const { spec } = conversion
  const auth = spec.child('auth')
  const tls = spec.child('tls')
  const ca = secretKey(conversion, tls, 'caCertSecretRef', 'ca.crt')
  if (ca !== undefined)
    conversion.warn('spec.tls.caCertSecretRef had no effect there, and has one here: the Secret must be there, and fit the server')
  const retry = spec.child('retry')
  return {
    type: spec.get('type'),
    endpoint: spec.get('endpoint'),
    region: spec.get('region'),
    auth: Object.fromEntries(SECRETS.map(([field, key]) => [field, secretKey(conversion, auth, field, key)])),
    tls: spec.has('tls') ? { insecureSkipVerify: tls.get('insecureSkipVerify'), caCertSecretRef: ca } : undefined,
    pathStyle: spec.get('pathStyle'),
    iamEndpoint: spec.get('iamEndpoint'),
    iamRegion: spec.get('iamRegion'),
    retry: spec.has('retry') ? { maxAttempts: retry.get('maxAttempts'), backoffStrategy: retry.get('backoffStrategy') } : undefined,
  }
}

function secretKey(conversion: Conversion, fields: ManifestReader, field: string, usual: string): object | undefined {
  if (!fields.has(field)) return undefined
  const reference = fields.child(field)
  const [name, namespace] = [reference.text('name'), reference.text('namespace')]
  const key = reference.text('key') ?? usual
  if (name === undefined) {
    conversion.warn(`${reference.path} names no Secret and is left out`)
    return undefined
  }
  if (namespace !== undefined && namespace !== conversion.namespace)
    conversion.warn(
      `${reference.path}.namespace is left out: there it was not looked at, and the Secret of the Provider's own namespace was read`,
    )
  return { name, key }
}
