import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Authority } from '@kubewright/core/certificates'
import { Application } from '@kubewright/operator-application'
import { GarbageCollectionPolicy } from '@kubewright/operator-gc'
import { ConfigMap } from 'kubewright'
import { faultProxy } from 'kubewright/testing'
import { PatientTenant } from './patient-tenant.ts'
import type { Scene, Stage } from './scene.ts'

const NAMESPACE = 'observed-hindered'
const DAY = 86_400_000
/** Above the 10 s of the alert about deletions. */
const SLOW = 11_000

/** What goes wrong between a program and its API server, and on its machine: application and gc behind a proxy that refuses and delays. */
export async function hinderedScene({ cluster, admin, folder }: Stage): Promise<Scene> {
  const proxy = await faultProxy(cluster.connection)
  const tenant = new PatientTenant(admin, NAMESPACE)
  const certificates = join(folder, 'certificates')
  writeCertificate(certificates)
  const policy = (name: string, more: object) =>
    tenant.create(GarbageCollectionPolicy, {
      metadata: { name },
      spec: {
        targetResource: { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { purpose: name } } },
        ttl: { secondsAfterCreation: 1 },
        ...more,
      },
    })
  const crowd = async (purpose: string, count: number) => {
    for (let at = 0; at < count; at++) await tenant.create(ConfigMap, { metadata: { name: `${purpose}-${at}`, labels: { purpose } } })
  }
  return {
    programs: [
      {
        ...{ name: 'hindered', beside: true, operators: ['application', 'gc'], connection: proxy.connection },
        flags: [`--namespace=${NAMESPACE}`, '--no-webhook-install', `--webhook-cert-dir=${certificates}`, '--webhook-port=0'],
      },
    ],
    async trouble() {
      await tenant.open()
      proxy.inject({ is: 'latency', ms: SLOW }, { method: 'DELETE', path: '/configmaps/slow-' })
      proxy.inject({ is: 'status', code: 422 }, { method: 'DELETE', path: '/configmaps/refused-' })
      proxy.inject({ is: 'status', code: 403 }, { method: 'POST', path: `/${NAMESPACE}/secrets` })
      proxy.inject({ is: 'status', code: 403 }, { writes: true, path: `/${NAMESPACE}/deployments` })
      proxy.inject({ is: 'status', code: 403 }, { method: 'GET', path: '/services' })
      proxy.cut({ path: '/services' })
      for (const name of ['one', 'two', 'three'])
        await tenant.create(Application, { metadata: { name }, spec: { image: 'registry.k8s.io/pause:3.10', ports: [{ port: 80 }] } })
      // More than the alert allows within five minutes, and not all at once: the first ones make the series, and no increase.
      await policy('refused', {})
      await crowd('refused', 60)
      await policy('unkept', { backup: { to: 'Secret' } })
      await crowd('unkept', 20)
      // Last, for they take every turn that there is.
      await policy('slow', {})
      await crowd('slow', 30)
    },
    async stop() {
      await proxy.stop()
    },
  }
}

/** It ends in three days. */
function writeCertificate(folder: string): void {
  const authority = new Authority(Date.now() - 362 * DAY)
  const { cert, key } = authority.server(['127.0.0.1', 'localhost'])
  mkdirSync(folder)
  for (const [name, text] of Object.entries({ 'tls.crt': cert, 'tls.key': key, 'ca.crt': authority.cert }))
    writeFileSync(join(folder, name), text, { mode: 0o600 })
}
