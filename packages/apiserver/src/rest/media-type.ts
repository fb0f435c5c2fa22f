import { Refusal } from '../status/index.ts'

export interface MediaType {
  readonly type: string
  readonly parameters: Readonly<Record<string, string>>
}

/** The form in which an answer is wanted. */
export type Representation = { readonly encoding: 'json' | 'yaml'; readonly as: 'object' | 'table' | 'metadata' | 'metadata-list' }

export function parseMediaTypes(header: string): readonly MediaType[] {
  return header
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [type, ...parameters] = part.split(';').map((piece) => piece.trim())
      return { type: type!.toLowerCase(), parameters: Object.fromEntries(parameters.map(parameter)) }
    })
}

function parameter(text: string): readonly [string, string] {
  const at = text.indexOf('=')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1).replace(/^"|"$/g, '')]
}

/** Half a wildcard is none, as for kube-apiserver. */
const ENCODINGS: Readonly<Record<string, Representation['encoding']>> = {
  'application/json': 'json',
  '*/*': 'json',
  'application/yaml': 'yaml',
}

/** The first of the client's wishes that can be met. Protobuf never is: every client that prefers it also takes JSON. @throws Refusal 406 */
export function negotiate(accept: string | undefined): Representation {
  const wishes = parseMediaTypes(accept ?? '')
  if (wishes.length === 0) return { encoding: 'json', as: 'object' }
  let isKnownType = false
  for (const { type, parameters } of wishes) {
    const encoding = ENCODINGS[type]
    if (encoding === undefined) continue
    isKnownType = true
    const as = transformation(parameters)
    if (as !== undefined) return { encoding, as }
  }
  throw isKnownType ? notAcceptable() : noneOf('application/json, application/yaml')
}

/** Of what there is in one form alone. @throws Refusal 406 */
export function requireJson(accept: string | undefined): void {
  const wishes = parseMediaTypes(accept ?? '')
  if (wishes.length > 0 && !wishes.some(({ type }) => ENCODINGS[type] === 'json')) throw noneOf('application/json')
}

const noneOf = (available: string): Refusal =>
  new Refusal(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${available}`, {})

export const notAcceptable = (): Refusal =>
  new Refusal(406, 'NotAcceptable', 'only the following media types are accepted: application/json, application/yaml')

function transformation(parameters: Readonly<Record<string, string>>): Representation['as'] | undefined {
  const { as, g, v } = parameters
  if (as === undefined) return 'object'
  if (g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1')) return undefined
  if (as === 'Table') return 'table'
  if (as === 'PartialObjectMetadataList') return 'metadata-list'
  return as === 'PartialObjectMetadata' ? 'metadata' : undefined
}

/** An object is no list and a list no object, however little of it is asked for. @throws Refusal 406 */
export function requireForm({ as }: Representation, form: 'object' | 'list', { group, kind, custom }: Shown): void {
  if (as !== 'metadata' && as !== 'metadata-list') return
  if ((as === 'metadata-list') === (form === 'list')) return
  const type = custom === undefined ? `*${group.split('.')[0] || 'core'}.${kind}` : '*unstructured.Unstructured'
  throw new Refusal(
    406,
    'NotAcceptable',
    form === 'list'
      ? `you requested PartialObjectMetadata, but the requested object is a list (${type}List)`
      : `you requested PartialObjectMetadataList, but the requested object is not a list (${type})`,
  )
}

/** What a refusal says of the resource. */
interface Shown {
  readonly group: string
  readonly kind: string
  readonly custom?: unknown
}

/** The content type of a request without its parameters. */
export const contentType = (header: string | undefined): string => (header ?? '').split(';')[0]!.trim().toLowerCase()
