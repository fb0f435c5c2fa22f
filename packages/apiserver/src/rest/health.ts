import { type Answer, type ApiRequest, textAnswer } from './exchange.ts'

export const PROBES = ['healthz', 'livez', 'readyz']
const PROBE = /^\/(healthz|livez|readyz)(?:\/(.+))?$/

/**
 * The parts by whose names monitoring asks a kube-apiserver how it is. This server listens when all of it has started, in one process with its
 * storage: that it answers is the proof for each of them.
 */
export const PARTS: readonly string[] = [
  'ping',
  'log',
  'etcd',
  'informer-sync',
  'poststarthook/start-apiserver-admission-initializer',
  'poststarthook/generic-apiserver-start-informers',
  'poststarthook/start-apiextensions-informers',
  'poststarthook/start-apiextensions-controllers',
  'poststarthook/crd-informer-synced',
  'poststarthook/storage-readiness',
  'poststarthook/bootstrap-controller',
  'poststarthook/start-system-namespaces-controller',
  'poststarthook/start-service-ip-repair-controllers',
  'poststarthook/rbac/bootstrap-roles',
  'poststarthook/scheduling/bootstrap-system-priority-classes',
  'poststarthook/start-cluster-authentication-info-controller',
  'poststarthook/start-kube-aggregator-informers',
  'poststarthook/apiservice-registration-controller',
  'poststarthook/apiservice-status-local-available-controller',
  'poststarthook/apiservice-status-remote-available-controller',
  'poststarthook/kube-apiserver-autoregistration',
  'autoregister-completion',
  'poststarthook/apiservice-openapi-controller',
]

/** A probe of the server, or of one part of it; undefined: it is none. */
export function probe({ path, query }: ApiRequest): Answer | undefined {
  const [, name, part] = PROBE.exec(path) ?? []
  if (name === undefined) return undefined
  if (part !== undefined) return PARTS.includes(part) ? textAnswer(200, 'ok') : undefined
  if (!query.has('verbose')) return textAnswer(200, 'ok')
  const excluded = query.getAll('exclude')
  const lines = PARTS.map((each) => (excluded.includes(each) ? `[+]${each} excluded: ok` : `[+]${each} ok`))
  return textAnswer(200, `${lines.join('\n')}\n${name} check passed\n`)
}
