import type { ResourceType } from '@kubewright/core'
import type { WriteAttempt } from './write-guard.ts'

/** What a raw request would change, read from its path; `undefined` for one that only reads. */
export function rawWrite(method: string, path: string, query: Readonly<Record<string, string | undefined>> = {}): WriteAttempt | undefined {
  const verb = verbOf(method.toUpperCase())
  if (verb === undefined) return undefined
  const { type, name } = placeOf(path)
  const dryRun = query['dryRun'] === 'All' || new URLSearchParams(path.split('?')[1]).get('dryRun') === 'All'
  return { verb: verb === 'delete' && name === undefined ? 'deletecollection' : verb, type, name, dryRun }
}

function verbOf(method: string): Exclude<WriteAttempt['verb'], 'deletecollection'> | undefined {
  switch (method) {
    case 'GET':
    case 'HEAD':
    case 'OPTIONS':
      return undefined
    case 'PUT':
      return 'update'
    case 'PATCH':
      return 'patch'
    case 'DELETE':
      return 'delete'
    default:
      return 'create'
  }
}

/** `/api/v1/namespaces/a/pods/b/eviction`, `/apis/GROUP/VERSION/PLURAL/NAME`. A namespace itself is the one thing that looks like a container of others. */
function placeOf(path: string): { readonly type: ResourceType; readonly name: WriteAttempt['name'] } {
  const [, root, ...rest] = path.split('?')[0]!.split('/').map(decodeURIComponent)
  const [group = '', version = '', ...segments] = root === 'api' ? ['', ...rest] : root === 'apis' ? rest : []
  const [first, namespace, plural, ...others] = segments
  if (first === 'namespaces' && plural !== undefined && !NAMESPACE_SUBRESOURCES.has(plural)) {
    const [name] = others
    return { type: { group, version, kind: '', plural, namespaced: true }, name: name ? { name, namespace } : undefined }
  }
  const name = segments[1]
  return { type: { group, version, kind: '', plural: first ?? '', namespaced: false }, name: name ? { name } : undefined }
}

const NAMESPACE_SUBRESOURCES: ReadonlySet<string> = new Set(['status', 'finalize'])
