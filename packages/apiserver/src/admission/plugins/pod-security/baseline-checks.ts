import { type Fields, listAt, optionalFields } from '../../../registry/fields.ts'
import {
  containersOf,
  counted,
  hasOwnUsers,
  nameOf,
  type PodView,
  plural,
  quoted,
  securityOf,
  setters,
  sorted,
  type Violation,
} from './pod-view.ts'

export interface Check {
  readonly id: string
  /** Minor version since which the standards have it. */
  readonly since: number
  /** Checks of the level below that this one is stricter than. */
  readonly overrides?: readonly string[]
  readonly check: (view: PodView) => Violation | undefined
}

/** What keeps pods from known ways to more power than they were given. In the order in which violations are told. */
export const BASELINE: readonly Check[] = [
  { id: 'appArmorProfile', since: 0, check: appArmor },
  { id: 'capabilities_baseline', since: 0, check: capabilities },
  { id: 'hostNamespaces', since: 0, check: hostNamespaces },
  { id: 'hostPathVolumes', since: 0, check: hostPaths },
  { id: 'hostPorts', since: 0, check: hostPorts },
  { id: 'hostProbesAndHostLifecycle', since: 34, check: probedHosts },
  { id: 'privileged', since: 0, check: privileged },
  { id: 'procMount', since: 0, check: (view) => (hasOwnUsers(view) ? undefined : procMount(view)) },
  { id: 'seLinuxOptions', since: 0, check: seLinux },
  { id: 'seccompProfile_baseline', since: 0, check: seccomp },
  { id: 'sysctls', since: 0, check: sysctls },
  { id: 'windowsHostProcess', since: 0, check: hostProcess },
]

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])

const OLD_PROFILE = 'container.apparmor.security.beta.kubernetes.io/'

function appArmor(view: PodView): Violation | undefined {
  const bad: string[] = []
  const isBad = (security: Fields): boolean => {
    const type = optionalFields(security, 'appArmorProfile')?.['type']
    if (type === undefined || type === 'RuntimeDefault' || type === 'Localhost') return false
    bad.push(String(type))
    return true
  }
  const who = setters(view, isBad)
  const annotations = Object.entries(view.annotations)
    .filter(([key, value]) => key.startsWith(OLD_PROFILE) && value !== '' && value !== 'runtime/default' && !value.startsWith('localhost/'))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort()
  const all = [who, annotations.length === 0 ? '' : plural('annotation', annotations.length)].filter(Boolean)
  if (all.length === 0) return undefined
  const values = [...sorted(bad), ...annotations]
  return {
    reason: plural('forbidden AppArmor profile', values.length),
    detail: `${all.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
  }
}

const CAPABILITIES = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(' '),
)

function capabilities(view: PodView): Violation | undefined {
  const added = (container: Fields) =>
    texts(optionalFields(securityOf(container), 'capabilities')?.['add']).filter((each) => !CAPABILITIES.has(each))
  const bad = containersOf(view).filter((each) => added(each).length > 0)
  if (bad.length === 0) return undefined
  const names = counted('container', bad.map(nameOf))
  return {
    reason: 'non-default capabilities',
    detail: `${names} must not include ${quoted(sorted(bad.flatMap(added)))} in securityContext.capabilities.add`,
  }
}

function hostNamespaces({ spec }: PodView): Violation | undefined {
  const set = ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field] === true)
  return set.length === 0 ? undefined : { reason: 'host namespaces', detail: set.map((field) => `${field}=true`).join(', ') }
}

function hostPaths({ spec }: PodView): Violation | undefined {
  const bad = listAt(spec, 'volumes').filter(({ hostPath }) => hostPath !== undefined)
  return bad.length === 0 ? undefined : { reason: 'hostPath volumes', detail: counted('volume', bad.map(nameOf)) }
}

function hostPorts(view: PodView): Violation | undefined {
  const portsOf = (container: Fields) => listAt(container, 'ports').flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []))
  const bad = containersOf(view).filter((each) => portsOf(each).length > 0)
  if (bad.length === 0) return undefined
  const ports = sorted(bad.flatMap(portsOf))
  const names = counted('container', bad.map(nameOf))
  return {
    reason: 'hostPort',
    detail: `${names} ${bad.length === 1 ? 'uses' : 'use'} ${plural('hostPort', ports.length)} ${ports.join(', ')}`,
  }
}

function probedHosts(view: PodView): Violation | undefined {
  const hostsOf = (container: Fields) => {
    const lifecycle = optionalFields(container, 'lifecycle') ?? {}
    const actions = [
      ...['livenessProbe', 'readinessProbe', 'startupProbe'].map((field) => optionalFields(container, field)),
      ...['postStart', 'preStop'].map((field) => optionalFields(lifecycle, field)),
    ]
    return actions.flatMap((action) =>
      ['httpGet', 'tcpSocket'].flatMap((way) => {
        const host = optionalFields(action ?? {}, way)?.['host']
        return host ? [String(host)] : []
      }),
    )
  }
  const bad = containersOf(view).filter((each) => hostsOf(each).length > 0)
  if (bad.length === 0) return undefined
  const hosts = sorted(bad.flatMap(hostsOf))
  const names = sorted(bad.map(nameOf))
  return {
    reason: 'probe or lifecycle host',
    detail: `${counted('container', names)} ${names.length === 1 ? 'uses' : 'use'} ${counted('probe or lifecycle host', hosts)}`,
  }
}

function privileged(view: PodView): Violation | undefined {
  const bad = containersOf(view).filter((each) => securityOf(each)['privileged'] === true)
  if (bad.length === 0) return undefined
  return { reason: 'privileged', detail: `${counted('container', bad.map(nameOf))} must not set securityContext.privileged=true` }
}

export function procMount(view: PodView): Violation | undefined {
  const typeOf = (container: Fields) => String(securityOf(container)['procMount'] ?? 'Default')
  const bad = containersOf(view).filter((each) => typeOf(each) !== 'Default')
  if (bad.length === 0) return undefined
  const names = counted('container', bad.map(nameOf))
  return { reason: 'procMount', detail: `${names} must not set securityContext.procMount to ${quoted(sorted(bad.map(typeOf)))}` }
}

function seLinux(view: PodView): Violation | undefined {
  const allowed = new Set(['', 'container_t', 'container_init_t', 'container_kvm_t', ...(view.version >= 31 ? ['container_engine_t'] : [])])
  const found = { types: [] as string[], user: false, role: false }
  const isBad = (security: Fields): boolean => {
    const { type = '', user, role } = optionalFields(security, 'seLinuxOptions') ?? {}
    const isForbidden = !allowed.has(String(type))
    if (isForbidden) found.types.push(String(type))
    if (user) found.user = true
    if (role) found.role = true
    return isForbidden || Boolean(user) || Boolean(role)
  }
  const who = setters(view, isBad)
  if (who === '') return undefined
  const types = sorted(found.types)
  const what = [
    ...(types.length === 0 ? [] : [counted('type', types)]),
    ...(found.user ? ['user may not be set'] : []),
    ...(found.role ? ['role may not be set'] : []),
  ]
  return { reason: 'seLinuxOptions', detail: `${who} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}` }
}

export const seccompOf = (security: Fields): string | undefined => {
  const type = optionalFields(security, 'seccompProfile')?.['type']
  return type === undefined ? undefined : String(type)
}

export function seccomp(view: PodView): Violation | undefined {
  const bad: string[] = []
  const who = setters(view, (security) => {
    const type = seccompOf(security)
    if (type === undefined || type === 'RuntimeDefault' || type === 'Localhost') return false
    bad.push(type)
    return true
  })
  if (who === '') return undefined
  return { reason: 'seccompProfile', detail: `${who} must not set securityContext.seccompProfile.type to ${quoted(sorted(bad))}` }
}

/** By the minor version that came to know them as harmless. */
const SYSCTLS: readonly (readonly [since: number, name: string])[] = [
  [0, 'kernel.shm_rmid_forced'],
  [0, 'net.ipv4.ip_local_port_range'],
  [0, 'net.ipv4.tcp_syncookies'],
  [0, 'net.ipv4.ping_group_range'],
  [0, 'net.ipv4.ip_unprivileged_port_start'],
  [27, 'net.ipv4.ip_local_reserved_ports'],
  [29, 'net.ipv4.tcp_keepalive_time'],
  [29, 'net.ipv4.tcp_fin_timeout'],
  [29, 'net.ipv4.tcp_keepalive_intvl'],
  [29, 'net.ipv4.tcp_keepalive_probes'],
  [32, 'net.ipv4.tcp_rmem'],
  [32, 'net.ipv4.tcp_wmem'],
]

function sysctls({ spec, version }: PodView): Violation | undefined {
  const isAllowed = (name: string) => SYSCTLS.some(([since, each]) => each === name && since <= version)
  const bad = listAt(securityOf(spec), 'sysctls')
    .map(nameOf)
    .filter((name) => !isAllowed(name))
  return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') }
}

function hostProcess(view: PodView): Violation | undefined {
  const who = setters(view, (security) => optionalFields(security, 'windowsOptions')?.['hostProcess'] === true)
  return who === '' ? undefined : { reason: 'hostProcess', detail: `${who} must not set securityContext.windowsOptions.hostProcess=true` }
}
