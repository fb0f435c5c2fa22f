import type { KubeObject, ResourceType } from '@kubewright/core'
import { apiVersionOf, describeKind } from '@kubewright/core'

export interface PathParts {
  readonly namespace?: string | undefined
  readonly name?: string | undefined
  readonly subresource?: string | undefined
}

/**
 * The URL path of a collection, or of one object in it. Names come from users (annotations, specs): none may leave its place in the path.
 * @throws Error for a name that cannot be one, and for a missing or a superfluous namespace
 */
export function resourcePath<T extends KubeObject>(type: ResourceType<T>, parts: PathParts): string {
  const { namespace, name, subresource } = parts
  if (name !== undefined && type.namespaced && !namespace) {
    throw new Error(`${describeKind(type)} "${name}" was asked for without a namespace: the kind is namespaced, so name one`)
  }
  if (namespace && !type.namespaced) {
    // To leave it out silently would turn "those in this namespace" into "all there are".
    throw new Error(
      `${describeKind(type)} was asked for in namespace "${namespace}": the kind is cluster-scoped, so leave the namespace out`,
    )
  }
  const segments = [type.group === '' ? 'api' : 'apis', ...apiVersionOf(type).split('/')]
  if (namespace) segments.push('namespaces', segment('namespace', namespace))
  segments.push(type.plural)
  if (name !== undefined) segments.push(segment('name', name))
  // Subresources of subresources exist: "proxy/some/path" is sent as written.
  if (subresource !== undefined) segments.push(...subresource.split('/').map((part) => segment('subresource', part)))
  return `/${segments.map(encodeURIComponent).join('/')}`
}

/** What the API server itself refuses in a path; `..` would be resolved on the way, by us or by a proxy, to another object. */
function segment(what: string, text: string): string {
  if (text === '' || text === '.' || text === '..' || text.includes('/') || text.includes('%')) {
    throw new Error(`"${text}" cannot be the ${what} of an object: it must not be empty, "." or "..", nor contain "/" or "%"`)
  }
  return text
}
