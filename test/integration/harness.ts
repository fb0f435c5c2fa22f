import type { Client, Resource } from '@kubewright/client'
import { ConfigMap, Namespace } from '@kubewright/client'
import type { KubeObject } from '@kubewright/core'
import { startTestCluster, type TestCluster, type TestClusterOptions } from '@kubewright/testing'
import { afterAll, beforeAll } from 'vitest'

/** What the tests of one file share: a cluster of the kind that the environment asks for, and the administrator's client. */
export interface Bench {
  readonly cluster: TestCluster
  readonly client: Client
  /** A new namespace of the test's own. */
  namespace(): Promise<string>
  configMaps(): Promise<Resource<ConfigMap>>
}

/** Call once, at the top of a test file. */
export function useCluster(options: TestClusterOptions = {}): Bench {
  let cluster: TestCluster | undefined
  let client: Client | undefined
  let namespaces = 0
  beforeAll(async () => {
    cluster = await startTestCluster(options)
    client = cluster.client()
  }, 120_000)
  afterAll(() => cluster?.stop())

  const bench: Bench = {
    get cluster() {
      if (!cluster) throw new Error('the cluster is there within tests and hooks only')
      return cluster
    },
    get client() {
      if (!client) throw new Error('the client is there within tests and hooks only')
      return client
    },
    async namespace() {
      const name = `test-${++namespaces}`
      await (await bench.client.resource(Namespace)).create({ metadata: { name } })
      return name
    },
    configMaps: () => bench.client.resource(ConfigMap),
  }
  return bench
}

export function configMap(
  namespace: string,
  name: string,
  over: { readonly labels?: Record<string, string>; readonly data?: Record<string, string> } = {},
): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace, name, ...(over.labels ? { labels: over.labels } : {}) },
    data: over.data ?? {},
  }
}

export const namesOf = (objects: Iterable<KubeObject>): readonly string[] => [...objects].map(({ metadata }) => metadata.name ?? '').sort()

/** The first error of a promise that has to fail. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('it succeeded, and should not have')
    },
    (error: unknown) => error,
  )
}
