import type { PolicyRule } from '@kubewright/schema'
import { type RequestInfo, requestInfo } from './request-info.ts'

/** `code`: the HTTP status, where it is known. */
type LoggedRequest = Parameters<typeof requestInfo>[0] & { readonly code?: number | undefined }

/** How the rights that a program was given compare with those that it used. */
export interface RightsComparison {
  /** Used and not granted, as `patch deployments.apps/scale`: a server with RBAC would have answered 403. */
  readonly missing: readonly string[]
  /** Granted and not used: more power than the program needs, or a test that does not exercise it. */
  readonly unused: readonly string[]
}

/** Every authenticated client may read these, by the role `system:discovery`. */
const FOR_EVERYBODY = /^\/(api|apis|openapi|version|healthz|livez|readyz)(\/|$)/

/** And ask what it may itself, by the role `system:basic-user`. */
const ABOUT_ONESELF = /^selfsubject(access|rules)?reviews$/

/**
 * Compares rules with what was asked of the server. Requests for one named object count for a rule that names it.
 * Wildcards (`*`) in a rule grant as they do in RBAC; a rule with one is used when it allows what no narrower one does.
 */
export function compareRights(granted: readonly PolicyRule[], requests: Iterable<LoggedRequest>): RightsComparison {
  const rights = granted.flatMap(rightsOf)
  const used = new Set<Right>()
  const missing = new Set<string>()
  for (const request of requests) {
    for (const info of deedsOf(request)) {
      if (info.is === 'path' && FOR_EVERYBODY.test(info.path)) continue
      const allowing = rights.filter((right) => allows(right, info))
      // What a narrower right allows is no use of one for everything.
      const narrow = allowing.filter(isNarrow)
      for (const right of narrow.length > 0 ? narrow : allowing) used.add(right)
      const isAboutOneself = info.is === 'resource' && info.group === 'authorization.k8s.io' && ABOUT_ONESELF.test(info.resource)
      if (allowing.length === 0 && !isAboutOneself) missing.add(describe(info))
    }
  }
  const unused = rights.filter((right) => !used.has(right)).map(({ text }) => text)
  return { missing: [...missing].sort(), unused: [...new Set(unused)].sort() }
}

/** An apply of what was not there is checked twice: as a patch, and as the creation that it turns out to be. */
function deedsOf(request: LoggedRequest): readonly RequestInfo[] {
  const info = requestInfo(request)
  return request.method === 'PATCH' && request.code === 201 ? [info, { ...info, verb: 'create' }] : [info]
}

/** One verb on one resource: the smallest thing that a rule grants. */
interface Right {
  readonly text: string
  readonly verb: string
  readonly on:
    | { readonly group: string; readonly resource: string; readonly names: readonly string[] | undefined }
    | { readonly path: string }
}

function rightsOf(rule: PolicyRule): Right[] {
  const on: Right['on'][] = [
    ...(rule.nonResourceURLs ?? []).map((path) => ({ path })),
    ...(rule.apiGroups ?? []).flatMap((group) =>
      (rule.resources ?? []).map((resource) => ({ group, resource, names: rule.resourceNames?.length ? rule.resourceNames : undefined })),
    ),
  ]
  return on.flatMap((place) => rule.verbs.map((verb) => ({ verb, on: place, text: `${verb} ${placeText(place)}` })))
}

function allows({ verb, on }: Right, info: RequestInfo): boolean {
  if (verb !== '*' && verb !== info.verb) return false
  if ('path' in on)
    return info.is === 'path' && (on.path === info.path || (on.path.endsWith('*') && info.path.startsWith(on.path.slice(0, -1))))
  if (info.is === 'path') return false
  if (on.group !== '*' && on.group !== info.group) return false
  if (on.resource !== '*' && on.resource !== resourceText(info)) return false
  return on.names === undefined || (info.name !== undefined && on.names.includes(info.name))
}

function isNarrow({ verb, on }: Right): boolean {
  if (verb === '*') return false
  return 'path' in on ? !on.path.endsWith('*') : on.group !== '*' && on.resource !== '*'
}

const resourceText = ({ resource, subresource }: { readonly resource: string; readonly subresource: string | undefined }) =>
  subresource === undefined ? resource : `${resource}/${subresource}`

function describe(info: RequestInfo): string {
  if (info.is === 'path') return `${info.verb} ${info.path}`
  return `${info.verb} ${placeText({ group: info.group, resource: resourceText(info), names: undefined })}`
}

/** `deployments.apps/scale`, `pods`, with the names that it is limited to. */
function placeText(on: Right['on']): string {
  if ('path' in on) return on.path
  const [resource, subresource] = on.resource.split('/')
  const place = `${resource}${on.group === '' ? '' : `.${on.group}`}${subresource === undefined ? '' : `/${subresource}`}`
  return on.names === undefined ? place : `${place} (${on.names.join(', ')})`
}
