import { type Answer, errors, type Json, NO_CONTENT, NOTHING_THERE } from '../answer.ts'
import { text } from '../fields.ts'
import { answer, data, type Operation, type Outcome } from './backend.ts'
import { mountInfo } from './mount-info.ts'
import { anythingBelow, capabilitiesAt } from './policy-check.ts'
import type { Mount, Realm } from './realm.ts'
import { SYSTEM_TTL, type Token } from './tokens.ts'

export interface SystemContext {
  readonly realm: Realm
  readonly version: string
  /** Milliseconds that an upgrade of KV takes. */
  readonly upgradeMs: number
  readonly namespaces: NamespaceStore | undefined
  rulesOf(token: Token): ReturnType<Realm['rules']>
  unwrap(token: string): Outcome
  raftPeers(): Json
  autopilot(): Json
  haStatus(): Json
}

export interface NamespaceStore {
  create(name: string): Json
  delete(name: string): void
  read(name: string): Json | undefined
  list(): readonly string[]
}

/** A `top` answer has its fields beside `data` too, as sys endpoints do. */
const both = (value: Json): Outcome => ({ is: 'answer', answer: { status: 200, body: { ...value, data: value } } })

/** sys/… of the active node, beneath the token and policy check. `undefined`: no such path. */
export function system(operation: Operation, context: SystemContext): Outcome | undefined {
  const { method, path } = operation
  const [head = '', ...rest] = path.split('/')
  const tail = rest.join('/')
  switch (head) {
    case 'mounts':
      return mounts(operation, context, '', tail)
    case 'auth':
      return mounts(operation, context, 'auth/', tail)
    case 'policies':
      return rest[0] === 'acl' ? policies(operation, context, rest.slice(1).join('/')) : undefined
    case 'policy':
      return policies(operation, context, tail)
    case 'capabilities-self':
      return capabilities(operation, context)
    case 'internal':
      return tail.startsWith('ui/mounts') ? uiMounts(operation, context, rest.slice(2).join('/')) : undefined
    case 'quotas':
      return rest[0] === 'rate-limit' && rest[1] !== undefined ? quota(operation, context.realm, rest[1]) : undefined
    case 'namespaces':
      return context.namespaces === undefined ? undefined : namespaces(operation, context.namespaces, tail)
    case 'wrapping':
      return tail === 'unwrap' ? context.unwrap(text(operation.data['token'])) : undefined
    case 'storage':
      if (method === 'GET' && tail === 'raft/configuration') return data(context.raftPeers())
      return method === 'GET' && tail === 'raft/autopilot/state' ? data(context.autopilot()) : undefined
    case 'ha-status':
      return method === 'GET' ? both(context.haStatus()) : undefined
    case 'config':
      return path === 'config/state/sanitized' && method === 'GET' ? data({}) : undefined
    case 'audit':
      // The journal is always on; devices are accepted so that set-up scripts run.
      return method === 'GET' ? both({}) : answer(NO_CONTENT)
    default:
      return undefined
  }
}

function mounts(
  { method, data: body }: Operation,
  { realm, version, upgradeMs }: SystemContext,
  prefix: '' | 'auth/',
  name: string,
): Outcome | undefined {
  const described = (mount: Mount) => mountInfo(mount, version, 0)
  if (name === '') {
    const shown = [...realm.mounts.values()].filter((mount) => mount.path.startsWith('auth/') === (prefix === 'auth/'))
    return method === 'GET'
      ? both(Object.fromEntries(shown.map((mount) => [mount.path.slice(prefix.length), described(mount)])))
      : undefined
  }
  const tune = name.endsWith('/tune')
  const path = `${prefix}${(tune ? name.slice(0, -'/tune'.length) : name).replace(/\/+$/, '')}/`
  const mount = realm.mounts.get(path)
  if (tune)
    return mount === undefined
      ? answer(errors(400, `cannot fetch sysview for path "${path}"`))
      : tuned(mount, method, body, realm, upgradeMs)
  switch (method) {
    case 'GET':
      return mount === undefined ? answer(errors(400, `No secret engine mount at ${path}`)) : both(described(mount))
    case 'POST':
    case 'PUT': {
      const options = Object.fromEntries(Object.entries((body['options'] ?? {}) as Json).map(([key, value]) => [key, String(value)]))
      const problem = realm.mount(path, text(body['type']), text(body['description']), options)
      return answer(problem === undefined ? NO_CONTENT : errors(400, problem))
    }
    case 'DELETE':
      realm.mounts.delete(path)
      return answer(NO_CONTENT)
    default:
      return undefined
  }
}

function tuned(mount: Mount, method: string, body: Json, realm: Realm, upgradeMs: number): Outcome {
  if (method === 'GET')
    return data({ default_lease_ttl: SYSTEM_TTL, max_lease_ttl: SYSTEM_TTL, options: mount.options, force_no_cache: false })
  const wanted = ((body['options'] ?? {}) as Json)['version']
  if (mount.type !== 'kv' || String(wanted) !== '2' || mount.options?.['version'] === '2') return answer(NO_CONTENT)
  realm.upgradeKv(mount, upgradeMs)
  const warning =
    'Upgrading mount from version 1 to version 2. This mount will be unavailable for a brief period and will resume service shortly.'
  return { is: 'warnings', warnings: [warning] }
}

function policies({ method, data: body }: Operation, { realm }: SystemContext, name: string): Outcome | undefined {
  const policy = realm.policies.get(name)
  switch (method) {
    case 'LIST':
      return both({ keys: [...realm.policies.keys(), 'root'].sort() })
    case 'GET':
      if (name === '') return both({ keys: [...realm.policies.keys(), 'root'].sort(), policies: [...realm.policies.keys(), 'root'].sort() })
      return policy === undefined ? answer(NOTHING_THERE) : data({ name, policy: policy.text })
    case 'POST':
    case 'PUT':
      try {
        realm.setPolicy(name, text(body['policy']))
        return answer(NO_CONTENT)
      } catch (error) {
        return answer(errors(400, `failed to parse policy: ${(error as Error).message}`))
      }
    case 'DELETE':
      realm.policies.delete(name)
      return answer(NO_CONTENT)
    default:
      return undefined
  }
}

function capabilities({ method, data: body, token }: Operation, context: SystemContext): Outcome | undefined {
  if (method !== 'POST' && method !== 'PUT') return undefined
  const paths = Array.isArray(body['paths']) ? body['paths'].map(String) : [text(body['path'])]
  const rules = context.rulesOf(token!)
  const root = token!.policies.includes('root')
  const found = paths.map((path) => {
    const granted = root ? ['root'] : [...capabilitiesAt(rules, path)].sort()
    return [path, granted.length === 0 ? ['deny'] : granted] as const
  })
  const all = Object.fromEntries(found)
  return both(paths.length === 1 ? { ...all, capabilities: found[0]![1] } : all)
}

function uiMounts({ method, token }: Operation, context: SystemContext, path: string): Outcome | undefined {
  if (method !== 'GET') return answer(errors(405, 'unsupported operation'))
  const { realm, version } = context
  if (token === undefined) return undefined
  const rules = context.rulesOf(token)
  const visible = (mount: Mount) => token.policies.includes('root') || anythingBelow(rules, mount.path)
  if (path === '') {
    const shown = [...realm.mounts.values()].filter(visible)
    const part = (isAuth: boolean) =>
      Object.fromEntries(
        shown
          .filter((mount) => mount.path.startsWith('auth/') === isAuth)
          .map((mount) => [mount.path.replace(/^auth\//, ''), mountInfo(mount, version, SYSTEM_TTL)]),
      )
    return data({ auth: part(true), secret: part(false) })
  }
  const mount = realm.mountOf(path)
  if (mount === undefined || !visible(mount)) {
    const shown = path.endsWith('/') ? path : `${path}/`
    return answer(errors(403, `preflight capability check returned 403, please ensure client's policies grant access to path "${shown}"`))
  }
  return data({ ...mountInfo(mount, version, SYSTEM_TTL), path: mount.path })
}

function quota({ method, data: body }: Operation, realm: Realm, name: string): Outcome | undefined {
  switch (method) {
    case 'POST':
    case 'PUT':
      realm.quotas.set(name, { path: text(body['path']), rate: Number(body['rate'] ?? 0), window: 0, used: 0 })
      return answer(NO_CONTENT)
    case 'DELETE':
      realm.quotas.delete(name)
      return answer(NO_CONTENT)
    default:
      return undefined
  }
}

function namespaces({ method }: Operation, store: NamespaceStore, name: string): Outcome | undefined {
  switch (method) {
    case 'LIST': {
      const keys = store.list()
      return keys.length === 0 ? answer(NOTHING_THERE) : data({ keys })
    }
    case 'POST':
    case 'PUT':
      return data(store.create(name))
    case 'GET': {
      const found = store.read(name)
      return found === undefined ? answer(NOTHING_THERE) : data(found)
    }
    case 'DELETE':
      store.delete(name)
      return answer(NO_CONTENT)
    default:
      return undefined
  }
}

/** Over the quota of a path: the answer; else the headers of all answers below it. */
export function countQuota(
  realm: Realm,
  path: string,
  now: number,
): { readonly refused?: Answer; readonly headers?: Readonly<Record<string, string>> } {
  const fitting = [...realm.quotas.values()].filter((each) => path.startsWith(each.path)).sort((a, b) => b.path.length - a.path.length)[0]
  if (fitting === undefined || path.startsWith('sys/')) return {}
  const window = Math.floor(now / 1000)
  if (fitting.window !== window) Object.assign(fitting, { window, used: 0 })
  fitting.used++
  const headers = {
    'x-ratelimit-limit': String(fitting.rate),
    'x-ratelimit-remaining': String(Math.max(0, fitting.rate - fitting.used)),
    'x-ratelimit-reset': '1',
  }
  if (fitting.used <= fitting.rate) return { headers }
  const refused = errors(429, `request path "${path}": rate limit quota exceeded`)
  return { refused: { ...refused, headers: { ...headers, 'retry-after': '1' } } }
}
