import { createHash } from 'node:crypto'
import type { AccessKeySpec } from '../kinds/access-key.ts'
import type { ProviderSpec } from '../kinds/provider.ts'

/** What the Secret is made from, besides the key. */
export interface Surroundings {
  readonly provider: Pick<ProviderSpec, 'endpoint' | 'region' | 'pathStyle'>
  readonly userName: string
}

type Template = NonNullable<AccessKeySpec['secretTemplate']>

const USUAL_KEYS = { accessKeyID: 'access-key-id', secretAccessKey: 'secret-access-key' } as const

export const secretNameOf = (name: string, template: Template | undefined): string => template?.name ?? `${name}-credentials`

/** The contents of the Secret, by key, in plain text. */
export function contentOf(
  key: { readonly id: string; readonly secret: string },
  template: Template | undefined,
  { provider, userName }: Surroundings,
): Readonly<Record<string, string>> {
  const names: NonNullable<Template['keys']> = template?.keys ?? USUAL_KEYS
  const url = new URL(provider.endpoint)
  const profile = template?.profile ?? 'default'
  const bucket = template?.bucket
  const values: readonly (readonly [string | undefined, string | undefined])[] = [
    [names.accessKeyID, key.id],
    [names.secretAccessKey, key.secret],
    [names.endpoint, provider.endpoint],
    [names.host, url.hostname],
    [names.port, url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port],
    [names.scheme, url.protocol.slice(0, -1)],
    [names.region, provider.region],
    [names.bucket, bucket],
    [names.uri, bucket === undefined ? undefined : `s3://${bucket}`],
    [names.userName, userName],
    [names.credentialsFile, `[${profile}]\naws_access_key_id = ${key.id}\naws_secret_access_key = ${key.secret}\n`],
    [names.configFile, configFile(profile, provider)],
  ]
  const named = values.filter((entry): entry is readonly [string, string] => entry[0] !== undefined && entry[1] !== undefined)
  return { ...template?.data, ...Object.fromEntries(named) }
}

function configFile(profile: string, { endpoint, region, pathStyle }: Surroundings['provider']): string {
  const section = profile === 'default' ? 'default' : `profile ${profile}`
  return `[${section}]\nregion = ${region}\nendpoint_url = ${endpoint}\ns3 =\n  addressing_style = ${pathStyle ? 'path' : 'virtual'}\n`
}

/** Of a Secret's `data`, in which values are base64. */
export function digestOf(data: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(data ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex')
}

export const encoded = (content: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(content).map(([key, value]) => [key, Buffer.from(value).toString('base64')]))

/** The key as it stands in a Secret that was made with this template; `undefined` when it is not there. */
export function keyIn(
  data: Readonly<Record<string, string>> | undefined,
  names: { readonly accessKeyID: string; readonly secretAccessKey: string },
): { readonly id: string; readonly secret: string } | undefined {
  const plain = (name: string) => {
    const value = data?.[name]
    return value === undefined ? undefined : Buffer.from(value, 'base64').toString()
  }
  const [id, secret] = [plain(names.accessKeyID), plain(names.secretAccessKey)]
  return id === undefined || secret === undefined ? undefined : { id, secret }
}
