import { dnsSubdomainErrors, type StatusCause } from '@kubewright/core'
import { type Fields, isFields, optionalFields } from '../registry/fields.ts'
import { invalidValue, requiredValue } from '../status/index.ts'

/** Where a webhook is reached, as webhook configurations and CustomResourceDefinitions say it. */
export interface ClientConfig {
  readonly url?: string
  readonly service?: ServiceReference
  /** PEM in base64. Without it, the authorities that Node trusts. */
  readonly caBundle?: string
}

export interface ServiceReference {
  readonly namespace: string
  readonly name: string
  readonly path?: string
  readonly port?: number
}

export const HTTPS_PORT = 443

/** Fills what a service reference may leave open. */
export function defaultClientConfig(config: Fields): void {
  const service = optionalFields(config, 'service')
  if (service !== undefined) service['port'] ??= HTTPS_PORT
}

export function validateClientConfig(config: unknown, field: string): readonly StatusCause[] {
  const { url, service, caBundle } = (isFields(config) ? config : {}) as Partial<ClientConfig>
  if ((url === undefined || url === null) === (service === undefined || service === null))
    return [requiredValue(field, 'exactly one of url or service is required')]
  const where = url !== undefined && url !== null ? validateUrl(url, `${field}.url`) : validateService(service!, `${field}.service`)
  return [...where, ...validateBundle(caBundle, `${field}.caBundle`)]
}

const FORM = '; desired format: https://host[/path]'

function validateUrl(text: string, field: string): readonly StatusCause[] {
  if (!URL.canParse(text))
    return [requiredValue(field, `url must be a valid URL: parse ${JSON.stringify(text)}: invalid URI for request${FORM}`)]
  const url = new URL(text)
  const scheme = url.protocol.slice(0, -1)
  const problems: StatusCause[] = []
  if (scheme !== 'https') problems.push(invalidValue(field, scheme, `'https' is the only allowed URL scheme${FORM}`))
  if (url.host === '') problems.push(invalidValue(field, '', `host must be specified${FORM}`))
  if (url.username !== '' || url.password !== '')
    problems.push(invalidValue(field, url.username, 'user information is not permitted in the URL'))
  if (url.hash !== '') problems.push(invalidValue(field, url.hash.slice(1), 'fragments are not permitted in the URL'))
  if (url.search !== '') problems.push(invalidValue(field, url.search.slice(1), 'query parameters are not permitted in the URL'))
  return problems
}

function validateService({ namespace, name, path, port }: ServiceReference, field: string): readonly StatusCause[] {
  const problems: StatusCause[] = []
  if (!name) problems.push(requiredValue(`${field}.name`))
  if (!namespace) problems.push(requiredValue(`${field}.namespace`))
  if (port !== undefined && (port < 1 || port > 65535))
    problems.push(invalidValue(`${field}.port`, port, 'port is not valid: must be between 1 and 65535, inclusive'))
  return [...problems, ...validatePath(path ?? '', `${field}.path`)]
}

function validatePath(path: string, field: string): readonly StatusCause[] {
  if (path === '' || path === '/') return []
  const problems = path.startsWith('/') ? [] : [invalidValue(field, path, "must start with a '/'")]
  const segments = path.slice(1).replace(/\/$/, '').split('/')
  return [
    ...problems,
    ...segments.flatMap((segment, index) =>
      segment === ''
        ? [invalidValue(field, path, `segment[${index}] may not be empty`)]
        : dnsSubdomainErrors(segment).map((problem) => invalidValue(field, path, `segment[${index}]: ${problem}`)),
    ),
  ]
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/

function validateBundle(bundle: unknown, field: string): readonly StatusCause[] {
  if (typeof bundle !== 'string' || bundle === '') return []
  const text = Buffer.from(bundle, 'base64').toString()
  if (text.trim() === '' || CERTIFICATE.test(text)) return []
  return [invalidValue(field, bundle, 'unable to load root certificates: unable to parse bytes as PEM block')]
}
