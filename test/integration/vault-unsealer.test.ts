// The vault-unsealer at work on Vault nodes in this process. With KUBEWRIGHT_TEST_SERVER=real the API server is a real one.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { discoveryV1, Namespace } from '@kubewright/client'
import { VaultUnsealer, VaultUnsealerGrant, vaultUnsealer } from '@kubewright/operator-vault-unsealer'
import { compareRights, consistently, eventually, expectNoWrites, fakeVault } from '@kubewright/testing'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { encodingsOf } from './secret-encodings.ts'
import { SecretGrep } from './secret-grep.ts'
import { useSecretSearch } from './secret-search.ts'
import { vaultSiteTest } from './vault-unsealer-site.ts'

const search = useSecretSearch()
const bench = useCluster({ apiServerFlags: search.audit.flags })
const KEYS = mkdtempSync(join(tmpdir(), 'kubewright-keys-'))
const test = vaultSiteTest(bench, search, { allowedHosts: ['localhost'], keysDirectory: KEYS })

afterAll(() => rmSync(KEYS, { recursive: true, force: true }))

beforeAll(async () => {
  await installKind(bench.client, VaultUnsealer)
  await installKind(bench.client, VaultUnsealerGrant)
})

describe('three nodes with TLS', () => {
  test('1.6.1, A1: all of them are opened though no pod is ready, in t calls each and one to look; then nothing is written', async ({
    site,
  }) => {
    await using vault = await site.vault()
    await site.keys(vault)
    await site.unsealer(vault)
    await site.opens(vault)
    for (const node of vault.nodes) expect(node.submissions).toBe(3)
    await site.says('Ready', { status: 'True', reason: 'ReconcileSuccess', message: '3 of 3 nodes are open' })
    expect(await site.status()).toMatchObject({
      summary: '3/3',
      unsealedPods: ['vault-0', 'vault-1', 'vault-2'],
      keys: { loaded: 5, required: 3 },
    })
    await expectNoWrites(site.proxy, { for: 1_500 })
    // The audit trail: each share to each pod, by index and fingerprint.
    const submissions = (await site.events())
      .filter(({ reason }) => reason === 'ShareSubmitted')
      .map(({ note }) => note.replace(/\(.*/, ''))
    expect(submissions.sort()).toEqual([0, 1, 2].flatMap((pod) => [1, 2, 3].map((share) => `vault-${pod}: share ${share} `)))
  })

  test('A3: a pod that restarts, one that is sealed by hand, and one that comes later are opened by their events, not by the interval', async ({
    site,
  }) => {
    await using vault = await site.vault({ nodes: 3 })
    const pods = await site.pods()
    await pods.delete(site.at('vault-2'), { gracePeriodSeconds: 0 })
    await site.keys(vault)
    await site.unsealer(vault, { interval: '1h' })
    await eventually(() => expect(vault.nodes.map(({ sealed }) => sealed)).toEqual([false, false, true]), { timeout: 20_000 })
    await site.pod('vault-2', vault.nodes[2]!.host)
    await site.opens(vault)
    await vault.nodes[0]!.restart()
    await pods.patch(site.at('vault-0'), { type: 'merge', body: { metadata: { labels: { 'vault-sealed': 'true' } } } })
    await site.opens(vault)
    await site.says('Ready', { status: 'True' })
    const told = (await site.events()).filter(({ note }) => note.startsWith('vault-0: '))
    expect(told.map(({ reason }) => reason)).toEqual(expect.arrayContaining(['ShareSubmitted', 'UnsealSuccess', 'Sealed']))
  })

  test('after a restart of the operator nothing is written, and a key set that was refused is not tried again', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1, threshold: 1, shares: 1 })
    await site.keys(vault, [STRANGER])
    await site.unsealer(vault)
    await site.says('KeysRejected', { status: 'True' })
    const { submissions } = vault.nodes[0]!
    await site.restart()
    await expectNoWrites(site.proxy, { for: 2_000 })
    expect(vault.nodes[0]!.submissions).toBe(submissions)
    await site.keys(vault)
    await site.opens(vault)
  })

  test('A32: a VaultUnsealer goes though its Vault is away, and with it goes all work', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1 })
    await site.keys(vault)
    vault.nodes[0]!.fault({ is: 'half dead' })
    await site.unsealer(vault)
    await site.says('Ready', { status: 'False' })
    const unsealers = await site.unsealers()
    await unsealers.delete(site.at('main'))
    await eventually(async () => expect((await unsealers.list({ namespace: site.namespace })).items).toEqual([]))
    expect(await site.running.manager.metrics.metrics()).not.toContain(`namespace="${site.namespace}"`)
  })
})

/** Right in form, and of no cluster. */
const STRANGER = Buffer.alloc(33, 7).toString('base64')

describe('what the shares come from', () => {
  test('a user who may create a VaultUnsealer cannot have a Secret sent: it has to be handed over', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1 })
    await site.keys(vault, undefined, 'somebody-else')
    await site.unsealer(vault)
    await site.says('KeysMissing', { status: 'True', reason: 'NotGranted' })
    expect((await site.condition('KeysMissing'))?.message).toContain('kubectl')
    expect(vault.nodes[0]!.submissions).toBe(0)
    await site.keys(vault)
    await site.opens(vault)
    await site.says('KeysMissing', { status: 'False' })
  })

  test('1.6.17: a Secret of another namespace takes a grant there, and works no longer when it is taken back', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1 })
    await site.keys(vault)
    const other = `${site.namespace}-keys`
    await (await bench.client.resource(Namespace)).create({ metadata: { name: other } })
    await site.secretIn(other, 'keys', { keys: vault.shares.map(({ hex }) => hex).join('\n') })
    await site.unsealer(vault, { unsealKeysSecretRefs: [{ name: 'keys', namespace: other, key: 'keys' }] })
    await site.says('KeysMissing', { reason: 'NotGranted' })
    expect(vault.nodes[0]!.submissions).toBe(0)
    const grants = await site.grants()
    const grant = { secrets: ['keys'], unsealers: [{ namespace: site.namespace, name: 'main' }] }
    await grants.create(VaultUnsealerGrant.of({ metadata: { namespace: other, name: 'g' }, spec: grant }))
    await site.opens(vault)
    await grants.delete({ namespace: other, name: 'g' })
    await site.says('KeysMissing', { reason: 'NotGranted' })
    await vault.nodes[0]!.restart()
    const { submissions } = vault.nodes[0]!
    await site.change({ interval: '5s' })
    await site.says('Ready', { status: 'False' })
    expect(vault.nodes[0]!.submissions).toBe(submissions)
  })

  test('A25, 1.6.8: one source that is missing does not keep the others from being used', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1 })
    await site.keys(vault)
    const refs = [
      { name: 'gone', key: 'keys' },
      { name: 'keys', key: 'no-entry' },
      { name: 'keys', key: 'keys' },
    ]
    await site.unsealer(vault, { unsealKeysSecretRefs: refs })
    await site.opens(vault)
    await site.says('KeysMissing', { status: 'True', reason: 'SecretMissing' })
    expect((await site.condition('KeysMissing'))?.message).toMatch(/gone: there is none.*no such entry/)
    await site.says('Ready', { status: 'True' })
  })

  test('split custody: entries by prefix, lines and JSON in several Secrets; A11: one share in two encodings counts once', async ({
    site,
  }) => {
    await using vault = await site.vault({ nodes: 1 })
    const [a, b, c] = vault.shares as [{ hex: string; base64: string }, { hex: string; base64: string }, { hex: string; base64: string }]
    const mine = { 'autounseal.vault.io/unsealer': 'main' }
    await site.secret('ca', { 'ca.crt': vault.ca })
    await site.secret('one', { 'key-1': a.hex, 'key-2': `\uFEFF${a.base64}\r\n`, other: 'x' }, mine)
    await site.secret('two', { keys: `${b.hex}\n\n ${c.base64} \n` }, mine)
    await site.unsealer(vault, {
      unsealKeysSecretRefs: [
        { name: 'one', keyPrefix: 'key-' },
        { name: 'two', key: 'keys' },
      ],
    })
    await site.opens(vault)
    await eventually(async () => expect((await site.status())?.keys).toMatchObject({ loaded: 3, required: 3 }))
  })

  test('A13: after a rekey the new shares in the Secret open it within the moment', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1 })
    await site.keys(vault, [STRANGER, ...[8, 9].map((fill) => Buffer.alloc(33, fill).toString('base64'))])
    await site.unsealer(vault, { interval: '1h' })
    await site.says('KeysRejected', { status: 'True' })
    await site.keys(vault)
    await site.opens(vault)
    await site.says('KeysRejected', { status: 'False' })
  })
})

describe('other sources', () => {
  test('a field in the KV of another Vault is read when its host is allowed, and its token handed over', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1 })
    await using other = await fakeVault({ tls: true })
    await site.keys(vault)
    await other.admin('POST', 'secret/data/unseal', { data: { keys: vault.shares.map(({ hex }) => hex).join('\n') } })
    await site.secret('token', { token: other.rootToken }, { 'autounseal.vault.io/unsealer': 'main' })
    await site.secret('other-ca', { ca: other.ca }, { 'autounseal.vault.io/unsealer': 'main' })
    const ref = {
      path: 'unseal',
      mount: 'secret',
      field: 'keys',
      tokenSecretRef: { name: 'token', key: 'token' },
      caBundleSecretRef: { name: 'other-ca', key: 'ca' },
    }
    const url = (host: string) => `https://${host}:${other.nodes[0]!.port}`
    await site.unsealer(vault, { unsealKeysSecretRefs: [], unsealKeysVault: [{ ...ref, url: url('127.0.0.1') }] })
    await site.says('KeysMissing', { status: 'True', reason: 'Forbidden' })
    expect(other.nodes[0]!.received).toEqual([])
    await site.change({ unsealKeysVault: [{ ...ref, url: url('localhost') }] })
    await site.opens(vault)
  })

  test('files in the folder of the VaultUnsealer are read, those of others and links out of it are not', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1 })
    await site.keys(vault)
    const folder = join(KEYS, site.namespace, 'main')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(KEYS, 'outside'), vault.shares.map(({ hex }) => hex).join('\n'))
    symlinkSync(join(KEYS, 'outside'), join(folder, 'link'))
    await site.unsealer(vault, { unsealKeysSecretRefs: [], unsealKeysFiles: ['link'], interval: '5s' })
    await site.says('KeysMissing', { status: 'True', reason: 'Forbidden' })
    expect(vault.nodes[0]!.submissions).toBe(0)
    writeFileSync(join(folder, 'keys'), vault.shares.map(({ base64 }) => base64).join('\n'))
    await site.change({ unsealKeysFiles: ['keys'] })
    await site.opens(vault)
  })

  test('shares that are encrypted with age are read with the identity in the folder of the VaultUnsealer, and with no other', async ({
    site,
  }) => {
    await using vault = await site.vault({ nodes: 1 })
    const identity = 'AGE-SECRET-KEY-1L58320NT3NNP8G94G4W6DLYFPNGE0SXZK85P9CJ4RMX08WCERRCSRJHMRJ'
    const encrypted = [
      '-----BEGIN AGE ENCRYPTED FILE-----',
      'YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSAxUmdIeGJRMTVuaVpoSlE4',
      'b3FaOVBmckRndVMvMDM0TjluZ2VTRHBMSFMwCkZIMkw1aTRJVVZORDBsNUZJL2Jz',
      'WHhuOSsvMk54cVZjMGxJUGUrTmphWlkKLS0tIFB3R1d1WXcvd0o2SEdta2NlMUZh',
      'ckd5anZ3SGJnckprQ2hjSTFSZ25ueDgKIhxpAehY0zLXrrF1BPLMbGOVLfDqDcAa',
      'xrqfS7yJ79RnjgPkwyuvFuzy0IDweKkaJ4WoMQG1+va9KXV6uQ55kRINFe+ysI2L',
      'IlQewqKWuuMsztYVaomNsJj4EjswIeL3vRE=',
      '-----END AGE ENCRYPTED FILE-----',
    ].join('\n')
    search.lookFor({ name: 'identity', bytes: Buffer.from(identity) })
    await site.keys(vault)
    await site.secret('keys', { keys: encrypted }, { 'autounseal.vault.io/unsealer': 'main' })
    await site.unsealer(vault, { interval: '5s' })
    await eventually(async () => expect((await site.condition('KeysMissing'))?.message).toContain('age-identity: there is none'))
    const folder = join(KEYS, site.namespace, 'main')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'age-identity'), identity)
    // It is no share of this Vault: what counts is that it is one.
    await eventually(async () => expect((await site.status())?.keys).toMatchObject({ loaded: 1 }), { timeout: 30_000 })
  })

  test('a source that the operator was not built with is told', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1 })
    await site.keys(vault)
    await site.unsealer(vault, { unsealKeysSecretRefs: [], unsealKeysFrom: [{ source: 'aws-kms', settings: {} }] })
    await site.says('KeysMissing', { status: 'True', reason: 'Forbidden' })
  })

  test('an address that is allowed is opened', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1, names: ['vault.test', 'localhost'], hosts: ['127.0.0.1'] })
    await site.keys(vault)
    await site.unsealer(vault, { addresses: [`localhost:${vault.nodes[0]!.port}`] })
    await site.opens(vault)
    const address = `localhost:${vault.nodes[0]!.port}`
    await eventually(async () => expect(await site.status()).toMatchObject({ unsealedPods: [address] }))
  })

  test('pods of a Service are found by its EndpointSlices, ready or not', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1 })
    await site.keys(vault)
    await site.unsealer(vault, { serviceName: 'vault-internal' })
    await site.says('PodUnavailable', { status: 'True' })
    const pod = await (await site.pods()).get(site.at('vault-0'))
    await (await bench.client.resource(discoveryV1.EndpointSlice)).create({
      metadata: { ...site.at('vault-internal-1'), labels: { 'kubernetes.io/service-name': 'vault-internal' } },
      addressType: 'IPv4',
      endpoints: [
        {
          // The server takes no loopback address here; what counts is the pod that is meant.
          addresses: ['192.0.2.1'],
          conditions: { ready: false },
          targetRef: { kind: 'Pod', name: 'vault-0', namespace: site.namespace, uid: pod.metadata.uid! },
        },
      ],
      ports: [{ port: vault.nodes[0]!.port }],
    })
    await site.opens(vault)
  })

  test('what one may not do is not done: the rights that are generated are those that are used', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1 })
    await site.keys(vault)
    await site.unsealer(vault)
    await site.opens(vault)
    await site.says('Ready', { status: 'True' })
    const { missing } = compareRights(vaultUnsealer.permissions, site.proxy.requests)
    expect(missing.filter((right) => !/ (events\.events\.k8s\.io|leases\.)/.test(right))).toEqual([])
  })
})

describe('who gets shares', () => {
  test('A4: a stranger at the address of the pod, with a certificate of another CA, gets nothing', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1 })
    await using stranger = await fakeVault({
      state: 'sealed',
      hosts: ['127.9.9.9'],
      port: vault.nodes[0]!.port,
      tls: true,
      names: ['vault.test'],
    })
    await site.keys(vault)
    await (await site.pods()).patch(
      site.at('vault-0'),
      { type: 'merge', body: { status: { podIP: '127.9.9.9', podIPs: [{ ip: '127.9.9.9' }] } } },
      { subresource: 'status' },
    )
    await site.unsealer(vault)
    await eventually(async () => expect(await site.reason('vault-0')).toBe('TLSFailure'))
    expect(stranger.nodes[0]!.received).toEqual([])
    expect(vault.nodes[0]!.submissions).toBe(0)
  })

  test('A21: a certificate for other names, or of another CA, gets nothing; the right CA in the Secret mends it', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1 })
    await using other = await fakeVault({ state: 'uninitialized', tls: true })
    await site.keys(vault)
    await site.secret('ca', { 'ca.crt': other.ca })
    await site.unsealer(vault)
    await site.says('VaultAPIFailure', { status: 'True', reason: 'TLSFailure' })
    expect(vault.nodes[0]!.received).toEqual([])
    await site.secret('ca', { 'ca.crt': vault.ca })
    await site.opens(vault)
    await site.change({ vault: { tlsServerName: 'another.test' } })
    await vault.nodes[0]!.restart()
    await site.says('VaultAPIFailure', { status: 'True', reason: 'TLSFailure' })
    expect(vault.nodes[0]!.sealed).toBe(true)
  })

  test('1.6.3: a CA that cannot be had ends the matter', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1 })
    await site.keys(vault)
    await site.secret('ca', { 'ca.crt': 'nonsense' })
    await site.unsealer(vault)
    await site.says('Ready', { status: 'False', reason: 'TLSConfigInvalid' })
    expect(vault.nodes[0]!.received).toEqual([])
  })

  test('plain HTTP is refused unless it is allowed by name, and then said loudly', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1, tls: false })
    await site.keys(vault)
    const url = `http://vault.test:${vault.nodes[0]!.port}`
    await site.unsealer(vault, { vault: { url } })
    await site.says('Ready', { status: 'False', reason: 'InvalidSpec' })
    expect(vault.nodes[0]!.received).toEqual([])
    await site.change({ vault: { url, allowPlaintext: true } })
    await site.opens(vault)
    await site.says('TransportInsecure', { status: 'True' })
  })

  test('1.6.2: the url is parsed, and the port of it used at every pod', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1, names: ['my-vault.vault.svc.cluster.local'] })
    await site.keys(vault)
    const url = `https://my-vault.vault.svc.cluster.local:${vault.nodes[0]!.port}`
    await site.unsealer(vault, { vault: { url, caBundleSecretRef: { name: 'ca', key: 'ca.crt' } } })
    await site.opens(vault)
  })

  test('an address outside of the cluster must be allowed to the operator', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1 })
    await site.keys(vault)
    await site.unsealer(vault, { addresses: [vault.nodes[0]!.host] })
    await site.says('Ready', { status: 'False', reason: 'NotAllowed' })
    expect(vault.nodes[0]!.received).toEqual([])
  })

  test('A26: two VaultUnsealers that select one pod: the older looks after it, the younger says so', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1 })
    await site.keys(vault)
    await site.unsealer(vault)
    await site.opens(vault)
    await site.secret('keys-2', { keys: vault.shares[0]!.hex }, { 'autounseal.vault.io/unsealer': 'second' })
    await site.unsealer(vault, { unsealKeysSecretRefs: [{ name: 'keys-2', key: 'keys' }] }, 'second')
    await site.says('Conflict', { status: 'True' }, 'second')
    await (await site.unsealers()).delete(site.at('main'))
    await site.says('Conflict', { status: 'False' }, 'second')
  })
})

describe('a person’s will', () => {
  test('A29: a pause by the spec, by the annotation of the object, and by the one of a pod keeps it sealed', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1 })
    await site.keys(vault)
    await site.unsealer(vault, { paused: true })
    await site.says('Ready', { reason: 'Paused' })
    await (await site.pods()).patch(site.at('vault-0'), {
      type: 'merge',
      body: { metadata: { annotations: { 'autounseal.vault.io/paused': 'true' } } },
    })
    await site.change({ paused: false })
    await consistently(() => expect(vault.nodes[0]!.submissions).toBe(0), 800)
    await site.change({}, { annotations: { 'kubewright.dev/paused': 'true' } })
    await (await site.pods()).patch(site.at('vault-0'), {
      type: 'merge',
      body: { metadata: { annotations: { 'autounseal.vault.io/paused': null } } },
    })
    await consistently(() => expect(vault.nodes[0]!.submissions).toBe(0), 800)
    await site.change({}, { annotations: { 'kubewright.dev/paused': null } })
    await site.opens(vault)
  })

  test('A30: a dry run looks and says, and sends nothing', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1 })
    await site.keys(vault)
    await site.unsealer(vault, { dryRun: true })
    await site.says('Ready', { reason: 'DryRun' })
    expect(vault.nodes[0]!.submissions).toBe(0)
  })

  test('1.6.9: with mode.ha false nodes that are open already do not end the work: each is opened', async ({ site }) => {
    await using vault = await site.vault()
    vault.nodes[0]!.unseal()
    await site.keys(vault)
    await site.unsealer(vault, { mode: { ha: false } })
    await site.opens(vault)
  })
})

describe('what goes wrong at nodes', () => {
  test('1.6.13: a node that hangs, and one that is half dead, delay no other', async ({ site }) => {
    await using vault = await site.vault({ nodes: 4 })
    vault.nodes[0]!.fault({ is: 'hang' })
    vault.nodes[1]!.fault({ is: 'half dead' })
    await site.keys(vault)
    await site.unsealer(vault)
    await eventually(() => expect(vault.nodes.map(({ sealed }) => sealed)).toEqual([true, true, false, false]), { timeout: 4_000 })
  })

  test('A9: one wrong share is found, and named by its number and fingerprint', async ({ site }) => {
    await using vault = await site.vault({ nodes: 3 })
    const [, ...right] = vault.shares.map(({ base64 }) => base64)
    await site.keys(vault, [STRANGER, ...right])
    await site.unsealer(vault)
    await site.opens(vault)
    expect(
      (await site.events()).some(({ reason, note }) => reason === 'UnsealSuccess' && /of another cluster is (one of )?1 \(/.test(note)),
    ).toBe(true)
  })

  test('A16: not initialised, and A18: an auto-seal, are told and left alone', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1, state: 'uninitialized' })
    await site.secret('ca', { 'ca.crt': vault.ca })
    await site.secret('keys', { keys: STRANGER }, { 'autounseal.vault.io/unsealer': 'main' })
    await site.unsealer(vault)
    await eventually(async () => expect(await site.reason('vault-0')).toBe('Uninitialized'))
    expect(vault.nodes[0]!.submissions).toBe(0)
  })

  test('1.6.10, 1.6.14: conditions follow the facts, and series of a pod go with the pod', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1 })
    await site.keys(vault)
    await site.unsealer(vault)
    await site.says('Ready', { status: 'True', observedGeneration: 1 })
    const metrics = () => site.running.manager.metrics.metrics()
    expect(await metrics()).toContain('vault_unsealer_vault_connection_status{vaultunsealer="main"')
    expect(await metrics()).toMatch(/vault_unsealer_unseal_attempts_total\{.*pod="vault-0",status="success"\} 1/)
    await (await site.pods()).delete(site.at('vault-0'), { gracePeriodSeconds: 0 })
    await site.says('Ready', { status: 'False', reason: 'PodNotReady' })
    await site.says('PodUnavailable', { status: 'True' })
    await eventually(async () => expect(await metrics()).not.toContain('pod="vault-0"'))
  })
})

describe('A31: no share is in a log, an event, a status, a metric, a trace, a path or the audit log of the API server (looked for after every test here)', () => {
  test('the audit log holds what was sent: one that somebody puts into a ConfigMap is found there', async ({ site }) => {
    const planted = Buffer.from('a share of a careless person')
    const grep = new SecretGrep()
    grep.lookFor({ name: 'planted', bytes: planted })
    await (await bench.configMaps()).create({ metadata: site.at('careless'), data: { key: planted.toString('base64') } })
    await eventually(() => expect(grep.hitsIn({ audit: search.audit.readNew() })).not.toEqual([]))
  })

  test('and one that is planted is found, in whatever encoding and place', async ({ site }) => {
    await using vault = await site.vault({ nodes: 1 })
    await site.keys(vault)
    await site.unsealer(vault)
    await site.opens(vault)
    const planted = Buffer.from(vault.shares[2]!.hex, 'hex')
    const grep = new SecretGrep()
    grep.lookFor({ name: 'planted', bytes: planted })
    const places = await site.places()
    expect(places['log']).toContain('ShareSubmitted')
    expect(places['traces']).toContain('reconcile')
    expect(grep.hitsIn(places)).toEqual([])
    for (const place of Object.keys(places))
      for (const { name, text } of encodingsOf(planted))
        expect(grep.hitsIn({ [place]: `${places[place]} … ${text} …` }), name).toContainEqual(
          expect.objectContaining({ secret: 'planted', place }),
        )
  })
})
