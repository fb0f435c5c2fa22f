// The Pod Security Standards, by the labels of namespaces. The same on both servers, word for word.
import { eventually } from '@kubewright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { type Reply, type Wire, wire } from './wire.ts'

const bench = useCluster()
let admin: Wire
beforeAll(() => {
  admin = wire(bench.cluster.connection)
})
afterAll(() => admin[Symbol.dispose]())

const LABEL = 'pod-security.kubernetes.io'

async function namespaceWith(labels: Readonly<Record<string, string>>): Promise<string> {
  const namespace = await bench.namespace()
  await label(namespace, labels)
  // A real server learns of labels by a watch.
  await eventually(async () => {
    const { warnings, code } = await send(namespace, { hostNetwork: true, hostPID: true })
    expect(code === 403 || warnings.length > 0).toBe(true)
  })
  return namespace
}

const label = (namespace: string, labels: Readonly<Record<string, string | null>>) =>
  admin.send('PATCH', `/api/v1/namespaces/${namespace}`, {
    metadata: { labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${LABEL}/${key}`, value])) },
  })

const CONTAINER = { name: 'a', image: 'i' }
const send = (namespace: string, spec: object = {}) =>
  admin.send('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, {
    metadata: { name: 'p' },
    spec: { containers: [CONTAINER], ...spec },
  })

/** What the server has against a pod; undefined when it is accepted. */
const violations = ({ code, body }: Reply): string | undefined =>
  code === 201 ? undefined : /^pods "p" is forbidden: violates PodSecurity "[^"]+": (.*)$/.exec(String(body.message))?.[1]

const secured = (security: object) => ({ containers: [{ ...CONTAINER, securityContext: security }] })
const SAFE = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [{ ...CONTAINER, securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }],
}

describe('the baseline', () => {
  let namespace: string
  beforeAll(async () => {
    namespace = await namespaceWith({ enforce: 'baseline' })
  })

  test.each<[string, object, string | undefined]>([
    ['an ordinary pod', {}, undefined],
    [
      'the network and the processes of the node',
      { hostNetwork: true, hostPID: true, hostIPC: true },
      'host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)',
    ],
    ['a privileged container', secured({ privileged: true }), 'privileged (container "a" must not set securityContext.privileged=true)'],
    [
      'folders of the node',
      {
        volumes: [
          { name: 'v', hostPath: { path: '/' } },
          { name: 'w', hostPath: { path: '/x' } },
        ],
      },
      'hostPath volumes (volumes "v", "w")',
    ],
    [
      'ports of the node',
      {
        containers: [
          {
            ...CONTAINER,
            ports: [
              { containerPort: 80, hostPort: 8080 },
              { containerPort: 81, hostPort: 8081 },
            ],
          },
        ],
      },
      'hostPort (container "a" uses hostPorts 8080, 8081)',
    ],
    [
      'more capabilities',
      {
        containers: [CONTAINER],
        initContainers: [{ ...CONTAINER, name: 'first', securityContext: { capabilities: { add: ['SYS_ADMIN', 'CHOWN', 'NET_RAW'] } } }],
      },
      'non-default capabilities (container "first" must not include "NET_RAW", "SYS_ADMIN" in securityContext.capabilities.add)',
    ],
    [
      'no seccomp at all',
      { ...secured({ seccompProfile: { type: 'Unconfined' } }), securityContext: { seccompProfile: { type: 'Unconfined' } } },
      'seccompProfile (pod and container "a" must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      'no AppArmor',
      secured({ appArmorProfile: { type: 'Unconfined' } }),
      'forbidden AppArmor profile (container "a" must not set AppArmor profile type to "Unconfined")',
    ],
    [
      'another SELinux type and user',
      { securityContext: { seLinuxOptions: { type: 'spc_t', user: 'u' } } },
      'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set)',
    ],
    [
      'unknown sysctls',
      {
        securityContext: {
          sysctls: [
            { name: 'kernel.msgmax', value: '1' },
            { name: 'net.ipv4.tcp_syncookies', value: '1' },
          ],
        },
      },
      'forbidden sysctls (kernel.msgmax)',
    ],
    [
      'a probe of another host',
      { containers: [{ ...CONTAINER, livenessProbe: { httpGet: { host: '10.0.0.1', port: 80 } } }] },
      'probe or lifecycle host (container "a" uses probe or lifecycle host "10.0.0.1")',
    ],
    [
      'several wrongs, in their order',
      { hostPID: true, ...secured({ privileged: true, capabilities: { add: ['ALL'] } }) },
      'non-default capabilities (container "a" must not include "ALL" in securityContext.capabilities.add), host namespaces (hostPID=true), privileged (container "a" must not set securityContext.privileged=true)',
    ],
  ])('judges %s', async (_, spec, expected) => {
    expect(violations(await send(namespace, spec))).toBe(expected)
  })
})

describe('the restricted level', () => {
  let namespace: string
  beforeAll(async () => {
    namespace = await namespaceWith({ enforce: 'restricted' })
  })
  const overSafe = (security: object, more: object = {}) => ({
    ...SAFE,
    containers: [{ ...CONTAINER, securityContext: { ...SAFE.containers[0]!.securityContext, ...security } }],
    ...more,
  })

  test.each<[string, object, string | undefined]>([
    ['a safe pod', SAFE, undefined],
    [
      'an ordinary pod',
      {},
      'allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    ],
    ['the one capability that is harmless', overSafe({ capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }), undefined],
    [
      'another capability',
      overSafe({ capabilities: { drop: ['NET_RAW'], add: ['CHOWN'] } }),
      'unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"]; container "a" must not include "CHOWN" in securityContext.capabilities.add)',
    ],
    [
      'root by name',
      overSafe({ runAsNonRoot: false }),
      'runAsNonRoot != true (container "a" must not set securityContext.runAsNonRoot=false)',
    ],
    ['root by number', overSafe({ runAsUser: 0 }), 'runAsUser=0 (container "a" must not set runAsUser=0)'],
    ['root in a user namespace of its own', overSafe({ runAsUser: 0, runAsNonRoot: false }, { hostUsers: false }), undefined],
    ['Windows, which has no capabilities', { os: { name: 'windows' }, securityContext: { runAsNonRoot: true } }, undefined],
    [
      'volumes of unusual types',
      overSafe(
        {},
        {
          volumes: [
            { name: 'n', nfs: { server: 's', path: '/' } },
            { name: 'h', hostPath: { path: '/' } },
            { name: 'e', emptyDir: {} },
          ],
        },
      ),
      'restricted volume types (volumes "n", "h" use restricted volume types "hostPath", "nfs")',
    ],
  ])('judges %s', async (_, spec, expected) => {
    expect(violations(await send(namespace, spec))).toBe(expected)
  })

  test('is told by its name and version', async () => {
    const { body } = await send(namespace, { ...SAFE, hostNetwork: true })
    expect([body.code, body.reason, body.message]).toEqual([
      403,
      'Forbidden',
      'pods "p" is forbidden: violates PodSecurity "restricted:latest": host namespaces (hostNetwork=true)',
    ])
  })

  test('only warns of what is to make pods', async () => {
    const deployment = {
      metadata: { name: 'd' },
      spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: { ...SAFE, hostNetwork: true } } },
    }
    const job = { metadata: { name: 'j' }, spec: { template: { spec: { ...SAFE, hostPID: true, restartPolicy: 'Never' } } } }
    const cron = { metadata: { name: 'c' }, spec: { schedule: '@daily', jobTemplate: { spec: job.spec } } }
    for (const [path, body, what] of [
      [`/apis/apps/v1/namespaces/${namespace}/deployments`, deployment, 'hostNetwork=true'],
      [`/apis/batch/v1/namespaces/${namespace}/jobs`, job, 'hostPID=true'],
      [`/apis/batch/v1/namespaces/${namespace}/cronjobs`, cron, 'hostPID=true'],
    ] as const) {
      const { code, warnings } = await admin.send('POST', `${path}?dryRun=All`, body)
      expect([code, warnings]).toEqual([201, [`would violate PodSecurity \\"restricted:latest\\": host namespaces (${what})`]])
    }
  })
})

describe('the labels of a namespace', () => {
  test('may warn alone, and by the standards of another version', async () => {
    const warned = await namespaceWith({ warn: 'baseline', 'warn-version': 'v1.25' })
    const { code, warnings } = await send(warned, { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '1' }] } })
    expect([code, warnings]).toEqual([201, ['would violate PodSecurity \\"baseline:v1.25\\": forbidden sysctls (net.ipv4.tcp_rmem)']])
    expect((await send(warned)).warnings).toEqual([])
  })

  test('that nobody can read are refused', async () => {
    const { code, body } = await admin.send('POST', '/api/v1/namespaces?dryRun=All', {
      metadata: { name: 'odd', labels: { [`${LABEL}/enforce`]: 'strict', [`${LABEL}/warn-version`]: '1.25' } },
    })
    expect([code, body.message]).toEqual([
      422,
      'Namespace "odd" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted, metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.25": must be "latest" or "v1.x"]',
    ])
  })

  test('that become stricter warn of the pods that are there', async () => {
    const namespace = await bench.namespace()
    for (const name of ['b', 'a', 'c'])
      await admin.send('POST', `/api/v1/namespaces/${namespace}/pods`, {
        metadata: { name },
        spec: { ...SAFE, hostPID: name !== 'c', hostNetwork: name === 'c' },
      })
    const { warnings } = await label(namespace, { enforce: 'restricted' })
    expect(warnings).toEqual([
      `existing pods in namespace \\"${namespace}\\" violate the new PodSecurity enforce level \\"restricted:latest\\"`,
      'a (and 2 other pods): host namespaces',
    ])
    expect((await label(namespace, { enforce: 'baseline' })).warnings).toEqual([])
  })
})
