// A whole operator: one kind, one reconcile function.
import { ConfigMap, controller, defineKind, run, z } from 'kubewright'

export const Website = defineKind({
  group: 'example.dev',
  version: 'v1',
  kind: 'Website',
  spec: z.object({ title: z.string().min(1), pages: z.int().min(1).max(100).default(1) }),
  status: z.object({ published: z.int().optional() }),
})

export const websites = controller(Website, {
  owns: [ConfigMap],
  async reconcile({ object: { metadata, spec }, apply, status }) {
    for (let page = 1; page <= spec.pages; page++) {
      await apply({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `${metadata.name}-${page}` },
        data: { 'index.html': `<h1>${spec.title}</h1><p>page ${page} of ${spec.pages}</p>` },
      })
    }
    status.published = spec.pages
  },
})

if (import.meta.main) await run(websites)
