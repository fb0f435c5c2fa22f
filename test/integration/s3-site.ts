// One namespace with the s3 operator at work in it, and a server for it.
import { s3 } from '@kubewright/operator-s3'
import { type FaultProxy, faultProxy } from '@kubewright/testing'
import { test as base } from 'vitest'
import type { Bench } from './harness.ts'
import { type RunningManager, startManager } from './managers.ts'
import type { ServerUnderTest } from './s3-servers.ts'
import { S3Tenant } from './s3-tenant.ts'

export { KINDS } from './s3-tenant.ts'

/** The same, with the operator at work in this process. */
export class S3Site extends S3Tenant {
  readonly proxy: FaultProxy
  running: RunningManager

  constructor(bench: Bench, namespace: string, proxy: FaultProxy, server: ServerUnderTest) {
    super(bench, namespace, server)
    this.proxy = proxy
    this.running = this.#start()
  }

  #start(): RunningManager {
    return startManager(this.proxy.connection, (manager) => s3.setup(manager, s3.config.parse({ driftCheckIntervalSeconds: 5 })), {
      namespaces: [this.namespace],
    })
  }

  async restart(): Promise<void> {
    await this.running.stop()
    this.running = this.#start()
  }
}

/** Tests with `site`, each with its own. */
export const s3Test = (bench: Bench, server: () => Promise<ServerUnderTest>) =>
  base.extend<{ site: S3Site }>({
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures this one needs.
    async site({}, use) {
      const namespace = await bench.namespace()
      const proxy = await faultProxy(bench.cluster.connection)
      const site = new S3Site(bench, namespace, proxy, await server())
      await use(site)
      await site.running.stop()
      await proxy.stop()
    },
  })
