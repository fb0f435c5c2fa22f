// Children that come and go: what a reconcile applies stays, what it does not apply any more goes, and a changed setting rolls the pods.
import { createHash } from 'node:crypto'
import { ConfigMap, controller, Deployment, defineKind, listMap, run, Service, z } from 'kubewright'

export const Gateway = defineKind({
  group: 'example.dev',
  version: 'v1',
  kind: 'Gateway',
  spec: z.object({
    image: z.string().min(1),
    settings: z.record(z.string(), z.string()).default({}),
    routes: listMap(z.object({ name: z.string().regex(/^[a-z]{1,30}$/), port: z.int().min(1).max(65535) }), ['name']).default([]),
  }),
  status: z.object({ services: z.int().optional() }),
})

export const gateways = controller(Gateway, {
  owns: [ConfigMap, Deployment, Service],
  async reconcile({ object: { metadata, spec }, apply, status }) {
    const { name } = metadata
    const labels = { gateway: name }
    await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: spec.settings })

    // Pods read their settings when they start. In the template, the hash makes a new setting a new rollout.
    const annotations = { 'example.dev/settings': createHash('sha256').update(JSON.stringify(spec.settings)).digest('hex') }
    const container = { name: 'gateway', image: spec.image, envFrom: [{ configMapRef: { name } }] }
    await apply<Deployment>({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels, annotations }, spec: { containers: [container] } } },
    })

    for (const route of spec.routes) {
      await apply<Service>({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: `${name}-${route.name}` },
        spec: { selector: labels, ports: [{ port: route.port }] },
      })
    }
    status.services = spec.routes.length
  },
})

if (import.meta.main) await run(gateways)
