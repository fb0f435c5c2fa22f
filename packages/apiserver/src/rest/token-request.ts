import { type DynamicObject, formatTime, type StatusCause } from '@kubewright/core'
import type { BoundObject, ServiceAccountTokens } from '../authn/service-account-tokens.ts'
import { type Fields, isFields, optionalFields } from '../registry/fields.ts'
import { badRequest, conflict, invalid, invalidValue, methodNotAllowed, notFound } from '../status/index.ts'
import { readBody } from './body.ts'
import { type ResourceRequest, type RestContext, targetOf } from './context.ts'
import { type Answer, jsonAnswer } from './exchange.ts'

const KIND = { group: 'authentication.k8s.io', kind: 'TokenRequest' }

const SHORTEST_SECONDS = 600
const LONGEST_SECONDS = 2 ** 32
/** What a request gets that asks for no time of its own. */
const DEFAULT_SECONDS = 3600

/** POST of `serviceaccounts/NAME/token`: a token for the account. @throws Refusal */
export async function requestToken(context: RestContext, asked: ResourceRequest, tokens: ServiceAccountTokens): Promise<Answer> {
  if (asked.request.method !== 'POST') throw methodNotAllowed()
  const { value } = await readBody(asked.request, KIND.kind)
  const sent: Fields = isFields(value) ? value : {}
  const target = targetOf(asked)
  const account = context.objects.entry(asked.resource, target).object
  requireSameAccount(optionalFields(sent, 'metadata') ?? {}, account)
  const spec = optionalFields(sent, 'spec') ?? {}
  const given = Array.isArray(spec['audiences']) ? spec['audiences'].map(String) : []
  const audiences = given.length > 0 ? given : tokens.audiences
  const expirationSeconds = typeof spec['expirationSeconds'] === 'number' ? spec['expirationSeconds'] : DEFAULT_SECONDS
  requireSaneTime(expirationSeconds)
  const reference = optionalFields(spec, 'boundObjectRef')
  const bound = reference && boundObject(context, target.namespace ?? '', account, reference)
  const token = tokens.issue({ account, audiences, expirationSeconds, bound })
  const now = context.clock.now()
  const { name, namespace, uid } = account.metadata
  return jsonAnswer(201, {
    kind: KIND.kind,
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, uid, creationTimestamp: formatTime(now) },
    spec: { audiences, expirationSeconds, boundObjectRef: reference ?? null },
    status: { token, expirationTimestamp: formatTime(now + expirationSeconds * 1000) },
  })
}

function requireSameAccount({ name, namespace, uid }: Fields, { metadata }: DynamicObject): void {
  const causes: StatusCause[] = []
  if (name && name !== metadata.name) causes.push(invalidValue('metadata.name', name, 'must match the service account name if specified'))
  if (namespace && namespace !== metadata.namespace)
    causes.push(invalidValue('metadata.namespace', namespace, 'must match the service account namespace if specified'))
  if (causes.length > 0) throw invalid(KIND, metadata.name ?? '', causes)
  if (uid && uid !== metadata.uid)
    throw conflict(
      { group: KIND.group, plural: KIND.kind },
      metadata.name ?? '',
      `the UID in the token request (${String(uid)}) does not match the UID of the service account (${metadata.uid})`,
    )
}

function requireSaneTime(seconds: number): void {
  const problem =
    seconds < SHORTEST_SECONDS
      ? 'may not specify a duration less than 10 minutes'
      : seconds > LONGEST_SECONDS
        ? 'may not specify a duration larger than 2^32 seconds'
        : undefined
  if (problem !== undefined) throw invalid(KIND, '', [invalidValue('spec.expirationSeconds', seconds, problem)])
}

function boundObject({ objects, catalog }: RestContext, namespace: string, account: DynamicObject, reference: Fields): BoundObject {
  const { apiVersion = '', kind = '', name = '', uid = '' } = reference as Readonly<Record<string, string>>
  const found = (plural: string, target: { readonly namespace: string | undefined; readonly name: string }): DynamicObject => {
    const resource = catalog.find('', 'v1', plural)
    if (resource?.is !== 'stored') throw notFound({ group: '', plural }, target.name)
    const { object } = objects.entry(resource, target)
    if (uid && uid !== object.metadata.uid)
      throw conflict(
        resource,
        target.name,
        `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
      )
    return object
  }
  const plain = (of: BoundObject['kind'], { metadata }: DynamicObject): BoundObject => ({
    kind: of,
    name: metadata.name!,
    uid: metadata.uid!,
  })
  if (apiVersion === 'v1' && kind === 'Secret') return plain('secret', found('secrets', { namespace, name }))
  if (apiVersion === 'v1' && kind === 'Node') return plain('node', found('nodes', { namespace: undefined, name }))
  if (apiVersion !== 'v1' || kind !== 'Pod') {
    const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
    throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`)
  }
  const pod = found('pods', { namespace, name })
  const { serviceAccountName, nodeName } = (optionalFields(pod as Fields, 'spec') ?? {}) as Readonly<Record<string, string>>
  if (serviceAccountName !== account.metadata.name)
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(account.metadata.name)} to pod running with different serviceaccount name.`,
    )
  if (!nodeName) return plain('pod', pod)
  const node = objects.store.get('/nodes', nodeName)?.object.metadata
  return { ...plain('pod', pod), node: { name: nodeName, ...(node?.uid === undefined ? {} : { uid: node.uid }) } }
}
