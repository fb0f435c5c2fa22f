// A whole operator: one kind, one reconcile function. Start an API server with `npx kubewright apiserver --secure-port 0 --write-kubeconfig kc`,
// apply the definition, and run `node examples/01-website/website.ts --kubeconfig kc`.
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
  async reconcile({ object, apply, status }) {
    const { name = '', namespace = '' } = object.metadata
    for (let page = 1; page <= object.spec.pages; page++) {
      await apply({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { namespace, name: `${name}-${page}` },
        data: { 'index.html': `<h1>${object.spec.title}</h1><p>page ${page} of ${object.spec.pages}</p>` },
      })
    }
    status.published = object.spec.pages
  },
})

if (import.meta.main) await run(websites)
