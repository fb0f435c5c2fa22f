// What the suites of the s3 operator share: a cluster with its kinds, one in-process S3 server, and clients of its administrator.
import { IAMClient } from '@aws-sdk/client-iam'
import { S3Client } from '@aws-sdk/client-s3'
import { type FakeS3, fakeS3 } from '@kubewright/testing'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { type Bench, useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { asUnderTest } from './s3-servers.ts'
import { KINDS, s3Test } from './s3-site.ts'
import { type SecretSearch, useSecretSearch } from './secret-search.ts'

/** Its server and clients are there within tests and hooks only. */
export interface S3Bench {
  readonly bench: Bench
  readonly server: FakeS3
  readonly storage: S3Client
  readonly iam: IAMClient
  /** Every secret that the server ever gave out is looked for after each test, in everything that its operator has told. */
  readonly search: SecretSearch
  /** Tests with `{ site }`, each in a namespace of its own. */
  readonly test: ReturnType<typeof s3Test>
}

/** Call once, at the top of a test file. */
export function useS3(): S3Bench {
  const search = useSecretSearch()
  const bench = useCluster({ apiServerFlags: search.audit.flags })
  let parts: { readonly server: FakeS3; readonly storage: S3Client; readonly iam: IAMClient } | undefined
  beforeAll(async () => {
    for (const kind of KINDS) await installKind(bench.client, kind as never)
    const server = await fakeS3()
    const common = { endpoint: server.address, region: 'us-east-1', credentials: server.credentials }
    parts = { server, storage: new S3Client({ ...common, forcePathStyle: true }), iam: new IAMClient(common) }
  })
  afterEach(() => parts?.server.faults.clear())
  afterAll(async () => {
    parts?.storage.destroy()
    parts?.iam.destroy()
    await parts?.server[Symbol.asyncDispose]()
  })
  const there = () => {
    if (parts === undefined) throw new Error('the server is there within tests and hooks only')
    return parts
  }
  return {
    bench,
    get server() {
      return there().server
    },
    get storage() {
      return there().storage
    },
    get iam() {
      return there().iam
    },
    search,
    test: s3Test(bench, async () => asUnderTest(there().server), { search, secrets: () => there().server.secrets }),
  }
}
