import { describe, expect, test } from 'vitest'
import { details, policyOf, reasons, violationsOf } from './standards.ts'

const LATEST = Number.POSITIVE_INFINITY
const pod = (spec: object = {}, annotations: Readonly<Record<string, string>> = {}) => ({
  annotations,
  spec: { containers: [{ name: 'a' }], ...spec },
})

describe('the labels of a namespace', () => {
  const label = (labels: Readonly<Record<string, string>>) =>
    policyOf(Object.fromEntries(Object.entries(labels).map(([key, value]) => [`pod-security.kubernetes.io/${key}`, value])))

  test('without them nothing is asked of pods', () => {
    const standard = { level: 'privileged', version: LATEST }
    expect(policyOf(undefined)).toEqual({ policy: { enforce: standard, audit: standard, warn: standard }, problems: [] })
  })

  test('what is enforced is warned of too, unless they say otherwise', () => {
    expect(label({ enforce: 'baseline', 'enforce-version': 'v1.30' }).policy.warn).toEqual({ level: 'baseline', version: 30 })
    expect(label({ enforce: 'baseline', 'warn-version': 'v1.20' }).policy.warn).toEqual({ level: 'baseline', version: 20 })
    expect(label({ enforce: 'baseline', warn: 'privileged' }).policy.warn).toEqual({ level: 'privileged', version: LATEST })
  })

  test('what nobody can read is taken strictly where it is enforced, and as nothing elsewhere', () => {
    const { policy, problems } = label({ enforce: 'x', audit: 'y', warn: 'z', 'enforce-version': '1.2' })
    expect([policy.enforce, policy.audit.level, policy.warn.level]).toEqual([
      { level: 'restricted', version: LATEST },
      'privileged',
      'privileged',
    ])
    expect(problems.map(({ message }) => message)).toEqual([
      'Invalid value: "x": must be one of privileged, baseline, restricted',
      'Invalid value: "1.2": must be "latest" or "v1.x"',
      'Invalid value: "y": must be one of privileged, baseline, restricted',
      'Invalid value: "z": must be one of privileged, baseline, restricted',
    ])
  })
})

describe('the standards', () => {
  test.each<[string, number, object, string]>([
    [
      'know harmless sysctls since their versions',
      28,
      { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_fin_timeout' }] } },
      'forbidden sysctls',
    ],
    ['know harmless sysctls since their versions', 29, { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_fin_timeout' }] } }, ''],
    [
      'know one more SELinux type since 1.31',
      30,
      { securityContext: { seLinuxOptions: { type: 'container_engine_t' } } },
      'seLinuxOptions',
    ],
    ['know one more SELinux type since 1.31', 31, { securityContext: { seLinuxOptions: { type: 'container_engine_t' } } }, ''],
    ['look at the hosts of probes since 1.34', 33, { containers: [{ name: 'a', livenessProbe: { tcpSocket: { host: 'h' } } }] }, ''],
    [
      'look at the hosts of probes since 1.34',
      34,
      { containers: [{ name: 'a', livenessProbe: { tcpSocket: { host: 'h' } } }] },
      'probe or lifecycle host',
    ],
    [
      'forgive in user namespaces since 1.35',
      35,
      { hostUsers: false, containers: [{ name: 'a', securityContext: { procMount: 'Unmasked' } }] },
      '',
    ],
    [
      'forgive in user namespaces since 1.35',
      34,
      { hostUsers: false, containers: [{ name: 'a', securityContext: { procMount: 'Unmasked' } }] },
      'procMount',
    ],
  ])('%s: 1.%i', (_, version, spec, expected) => {
    expect(reasons(violationsOf({ level: 'baseline', version }, pod(spec)))).toBe(expected)
  })

  test('a stricter check speaks for the one that it is stricter than', () => {
    const spec = { containers: [{ name: 'a', securityContext: { capabilities: { add: ['SYS_ADMIN'] }, procMount: 'Unmasked' } }] }
    const told = violationsOf({ level: 'restricted', version: LATEST }, pod({ ...spec, volumes: [{ name: 'v', hostPath: {} }] }))
    expect(told.map(({ reason }) => reason)).toEqual([
      'allowPrivilegeEscalation != false',
      'unrestricted capabilities',
      'procMount',
      'restricted volume types',
      'runAsNonRoot != true',
      'seccompProfile',
    ])
  })

  test('know the annotation that AppArmor profiles were once', () => {
    const annotations = { 'container.apparmor.security.beta.kubernetes.io/a': 'unconfined' }
    expect(details(violationsOf({ level: 'baseline', version: LATEST }, pod({}, annotations)))).toBe(
      'forbidden AppArmor profile (annotation must not set AppArmor profile type to "container.apparmor.security.beta.kubernetes.io/a="unconfined"")',
    )
  })
})
