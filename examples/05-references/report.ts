// Objects that name others: a report is rendered again when its template changes, and heals by itself when a missing template comes.
import { ConfigMap, conditions, controller, defineKind, references, run, z } from 'kubewright'

export const Report = defineKind({
  group: 'example.dev',
  version: 'v1',
  kind: 'Report',
  spec: z.object({
    template: z.string().min(1).describe('A ConfigMap in the same namespace, with the text under "template".'),
    values: z.record(z.string(), z.string()).default({}),
  }),
  status: z.object({ text: z.string().optional(), conditions: conditions().optional() }),
})

export const reports = controller(Report, {
  // One watch and an index: a ConfigMap that changes reconciles the reports that name it, without looking at the others.
  watches: [references(ConfigMap, ({ spec }) => [spec.template])],
  reconcile({ object: { metadata, spec }, cache, status, condition }) {
    const template = cache.get(ConfigMap, { namespace: metadata.namespace, name: spec.template })?.data?.['template']
    if (template === undefined) {
      // No retry, and no requeueAfter: its coming is an event like any other.
      condition('Rendered', false, 'TemplateMissing', `there is no ConfigMap "${spec.template}" with a key "template"`)
      return
    }
    status.text = template.replaceAll(/\{(\w+)\}/g, (placeholder, key: string) => spec.values[key] ?? placeholder)
    condition('Rendered', true, 'Rendered')
  },
})

if (import.meta.main) await run(reports)
