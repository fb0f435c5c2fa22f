// The manifests of docs/s3/examples, as somebody takes them who has another server: its addresses and credentials in their place, all else as it stands.
import { readdirSync, readFileSync } from 'node:fs'
import type { Secret } from '@kubewright/client'
import type { Kind, KubeObject } from '@kubewright/core'
import { parseAllDocuments } from 'yaml'
import type { Features } from './s3-one-of-each.ts'
import type { ServerUnderTest } from './s3-servers.ts'
import { KINDS } from './s3-tenant.ts'

type Spec = Readonly<Record<string, unknown>>
export type Manifest = KubeObject & { readonly kind: string; readonly spec: Spec }

const folder = new URL('../../docs/s3/examples/', import.meta.url)

/** As they are in the documentation. */
export function documented(): readonly Manifest[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) => parseAllDocuments(readFileSync(new URL(file, folder), 'utf8')).map((document) => document.toJS() as Manifest))
}

export const kindOf = ({ kind }: Manifest): Kind<KubeObject> => KINDS.find((each) => each.kind === kind) as unknown as Kind<KubeObject>

/** Without what this server cannot have at all; `unsupported: Ignore` for the settings of buckets that it does not know. */
export function adapted(server: ServerUnderTest, { managedPolicies }: Features): readonly Manifest[] {
  return documented()
    .filter(({ kind }) => managedPolicies || kind !== 'IAMPolicy')
    .map((manifest) => ({ ...manifest, spec: specFor(manifest, server, managedPolicies) }))
}

function specFor({ kind, spec }: Manifest, { endpoint, iamEndpoint }: ServerUnderTest, managedPolicies: boolean): Spec {
  const { policyRefs, ...user } = spec
  switch (kind) {
    case 'Provider':
      // All objects in a hurry, and a server of one's own.
      return {
        ...{ ...spec, endpoint, region: 'us-east-1', ...(spec['iamEndpoint'] !== undefined && { iamEndpoint }) },
        rateLimit: { s3PerSecond: 1000, s3Burst: 1000, iamPerSecond: 1000, iamBurst: 1000 },
      }
    case 'Bucket':
      return { ...spec, unsupported: 'Ignore' }
    case 'User':
      return managedPolicies ? spec : user
    default:
      return spec
  }
}

/** The Secrets that the Providers of the manifests name. */
export function credentialsFor({ accessKey, secretKey }: ServerUnderTest, namespace: string): readonly Secret[] {
  const secret = (name: string, data: Readonly<Record<string, string>>): Secret =>
    ({
      metadata: { name, namespace },
      data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
    }) as unknown as Secret
  return [
    secret('wasabi', { 'access-key': accessKey, 'secret-key': secretKey }),
    secret('cellar', { id: accessKey, secret: secretKey }),
    // Of an authority that nobody asks for: these servers are reached without TLS.
    secret('cellar-ca', { 'ca.crt': '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n' }),
  ]
}
