// A namespace and a server of S3 for it, as somebody sees them who writes objects and waits.
import { EventsV1Event, Secret } from '@kubewright/client'
import type { Kind, KubeObject } from '@kubewright/core'
import { findCondition, isNotFound } from '@kubewright/core'
import { AccessKey, Bucket, BucketPolicy, IAMPolicy, Provider, User } from '@kubewright/operator-s3'
import { eventually } from '@kubewright/testing'
import { expect } from 'vitest'
import type { Bench } from './harness.ts'
import type { ServerUnderTest } from './s3-servers.ts'

export const KINDS = [Provider, Bucket, BucketPolicy, User, IAMPolicy, AccessKey] as const

/** What somebody with a namespace and a server writes and sees; who does the work is not its matter. */
export class S3Tenant {
  readonly #bench: Bench
  readonly namespace: string
  readonly server: ServerUnderTest

  constructor(bench: Bench, namespace: string, server: ServerUnderTest) {
    this.#bench = bench
    this.namespace = namespace
    this.server = server
  }

  readonly at = (name: string) => ({ namespace: this.namespace, name })

  async create<T extends KubeObject>(kind: Kind<T>, name: string, spec: object): Promise<T> {
    const { group, version, kind: word } = kind
    const object = { apiVersion: `${group}/${version}`, kind: word, metadata: this.at(name), spec }
    return (await this.#bench.client.resource(kind)).create(object as unknown as T)
  }

  async provider(over: object = {}): Promise<void> {
    const { endpoint, iamEndpoint, accessKey, secretKey } = this.server
    const secrets = await this.#bench.client.resource(Secret)
    await secrets.create({
      metadata: { ...this.at('admin') },
      data: { 'access-key': Buffer.from(`${accessKey}\n`).toString('base64'), 'secret-key': Buffer.from(secretKey).toString('base64') },
    } as Secret)
    await this.create(Provider, 'store', {
      ...{ type: 'generic', endpoint, region: 'us-east-1', iamEndpoint },
      auth: { accessKeySecretRef: { name: 'admin' }, secretKeySecretRef: { name: 'admin' } },
      rateLimit: { s3PerSecond: 1000, s3Burst: 1000, iamPerSecond: 1000, iamBurst: 1000 },
      ...over,
    })
  }

  async get<T extends KubeObject>(kind: Kind<T>, name: string): Promise<T> {
    return (await this.#bench.client.resource(kind)).get(this.at(name))
  }

  async find<T extends KubeObject>(kind: Kind<T>, name: string): Promise<T | undefined> {
    return this.get(kind, name).catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    })
  }

  async patch<T extends KubeObject>(kind: Kind<T>, name: string, body: object): Promise<void> {
    await (await this.#bench.client.resource(kind)).patch(this.at(name), { type: 'merge', body })
  }

  async delete<T extends KubeObject>(kind: Kind<T>, name: string): Promise<void> {
    await (await this.#bench.client.resource(kind)).delete(this.at(name))
  }

  async condition(kind: Kind<KubeObject>, name: string, type = 'Ready') {
    const object = (await this.get(kind, name)) as { readonly status?: { readonly conditions?: readonly { readonly type: string }[] } }
    return findCondition(object.status?.conditions, type)
  }

  async ready(kind: Kind<never> | Kind<KubeObject>, name: string): Promise<void> {
    const told = async () => {
      const { status, reason, message } = (await this.condition(kind as Kind<KubeObject>, name)) as unknown as Readonly<
        Record<string, string>
      >
      return status === 'True' ? 'Ready' : `${reason}: ${message}`
    }
    await eventually(async () => expect(await told()).toBe('Ready'), { timeout: 60_000 })
  }

  async gone(kind: Kind<never> | Kind<KubeObject>, name: string): Promise<void> {
    await eventually(async () => expect(await this.find(kind as Kind<KubeObject>, name)).toBeUndefined(), { timeout: 60_000 })
  }

  /** What is in a Secret, in plain text. */
  async secret(name: string): Promise<Readonly<Record<string, string>>> {
    const { data = {} } = await this.get(Secret, name)
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]))
  }

  async events(): Promise<readonly string[]> {
    const { items } = await (await this.#bench.client.resource(EventsV1Event)).list({ namespace: this.namespace })
    return items.map(({ reason = '' }) => reason)
  }
}
