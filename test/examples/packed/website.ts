import { controller, Deployment, defineKind, run, Service, z } from 'kubewright'

export const Website = defineKind({
  group: 'example.dev',
  version: 'v1',
  kind: 'Website',
  spec: z.object({ image: z.string().min(1), replicas: z.int().min(0).max(100).default(1) }),
  status: z.object({ readyReplicas: z.int().optional() }),
})

export const websites = controller(Website, {
  owns: [Deployment, Service],
  async reconcile({ object, apply, status }) {
    const { name = '', namespace = '' } = object.metadata
    const labels = { app: name }
    const deployment = await apply<Deployment>({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace, labels },
      spec: {
        replicas: object.spec.replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: object.spec.image }] } },
      },
    })
    await apply<Service>({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { selector: labels, ports: [{ port: 80 }] },
    })
    status.readyReplicas = deployment.status?.readyReplicas ?? 0
  },
})

if (import.meta.main) await run(websites)
