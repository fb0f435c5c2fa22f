// What a server takes and refuses of the manifests of the s3 operator, by the rules of its definitions.
import { readdirSync, readFileSync } from 'node:fs'
import type { Kind, KubeObject } from '@kubewright/core'
import { AccessKey, Bucket, User } from '@kubewright/operator-s3'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { KINDS } from './s3-site.ts'

const bench = useCluster()
let namespace: string
beforeAll(async () => {
  for (const kind of KINDS) await installKind(bench.client, kind as never)
  namespace = await bench.namespace()
})

const create = async (kind: unknown, object: object) => (await bench.client.resource(kind as Kind<KubeObject>)).create(object as KubeObject)

const folder = new URL('../../docs/s3/examples/', import.meta.url)
const examples = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .flatMap((file) =>
    parseAllDocuments(readFileSync(new URL(file, folder), 'utf8')).map((document) => {
      const object = document.toJS() as KubeObject
      return { name: `${file}: ${object.metadata.name}`, object }
    }),
  )

test.each(examples)('the example $name is accepted as it is', async ({ object }) => {
  const kind = KINDS.find((each) => each.kind === object.kind)
  const stored = await create(kind, { ...object, metadata: { ...object.metadata, namespace } })
  expect(stored).toMatchObject({ spec: (object as unknown as { readonly spec: object }).spec })
})

describe('what has no effect, or contradicts itself, is refused with the reason', () => {
  const providerRef = { name: 'p' }
  const policy = { statement: [{ effect: 'Allow', action: 's3:*', resource: '*' }] }
  const bucket = (over: object) => ({ kind: Bucket, spec: { providerRef, name: 'photos', ...over } })
  const key = (over: object) => ({ kind: AccessKey, spec: { providerRef, userRef: { name: 'u' }, ...over } })
  const user = (over: object) => ({ kind: User, spec: { providerRef, name: 'u', ...over } })

  test.each([
    ['4.6-14 MFA delete', bucket({ versioning: { enabled: true, mfaDelete: true } }), /root user/],
    ['4.6-14 a bypass of retention without emptying', bucket({ bypassGovernanceRetention: true }), /needs forceDelete/],
    ['4.6-14 a bucket in a Secret that names none', key({ secretTemplate: { keys: { uri: 'URI' } } }), /need bucket/],
    ['4.6-3 retention as long as the interval', key({ rotate: { enabled: true, intervalDays: 7 } }), /two keys at most/],
    ['4.6-26 two policies where one counts', user({ policy, policyRef: { name: 'p' } }), /exclude each other/],
    ['4.6-26 object lock without versions', bucket({ objectLock: {}, versioning: { enabled: false } }), /needs versioning/],
    ['4.6-26 a key of KMS for another algorithm', bucket({ encryption: { enabled: true, kmsKeyId: 'k' } }), /aws:kms/],
    ['4.6-12 a rule of a lifecycle that does nothing', bucket({ lifecycle: { rules: [{ id: 'a' }] } }), /must do something/],
    ['4.2 a name that S3 keeps for itself', bucket({ name: 'xn--a' }), /keeps for itself/],
  ] as const)('%s', async (_name, { kind, spec }, message) => {
    const { group, version, kind: word } = kind as unknown as Kind<KubeObject>
    await expect(
      create(kind, { apiVersion: `${group}/${version}`, kind: word, metadata: { name: 'refused', namespace }, spec }),
    ).rejects.toThrow(message)
  })
})
