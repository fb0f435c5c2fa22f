// Status from reality: what the Deployment says becomes numbers and a condition, which `kubectl get`, `kubectl wait` and `kubectl scale` understand.
import { conditions, controller, Deployment, defineKind, findCondition, run, z } from 'kubewright'

export const App = defineKind({
  group: 'example.dev',
  version: 'v1',
  kind: 'App',
  spec: z.object({ image: z.string().min(1), replicas: z.int().min(0).max(100).default(1) }),
  status: z.object({
    replicas: z.int().optional(),
    readyReplicas: z.int().optional(),
    selector: z.string().optional(),
    conditions: conditions().optional(),
  }),
  scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.selector' },
  printerColumns: [
    { name: 'Ready', type: 'integer', jsonPath: '.status.readyReplicas' },
    { name: 'Available', type: 'string', jsonPath: '.status.conditions[?(@.type=="Available")].status' },
  ],
})

export const apps = controller(App, {
  owns: [Deployment],
  async reconcile({ object: { metadata, spec }, apply, status, condition }) {
    const labels = { app: metadata.name }
    const deployment = await apply<Deployment>({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: metadata.name },
      spec: {
        replicas: spec.replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: spec.image }] } },
      },
    })
    const { observedGeneration, replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = deployment.status ?? {}
    status.selector = `app=${metadata.name}`
    status.replicas = replicas
    status.readyReplicas = readyReplicas

    // Its numbers are about the last generation that its controller has looked at: until that is this one they say nothing.
    const isCurrent = observedGeneration === deployment.metadata.generation
    const progressing = findCondition(deployment.status?.conditions, 'Progressing')
    if (!isCurrent) condition('Available', false, 'Progressing', 'the rollout begins')
    else if (progressing?.status === 'False') condition('Available', false, 'RolloutFailed', progressing.message)
    else if (updatedReplicas === spec.replicas && availableReplicas === spec.replicas) condition('Available', true, 'RolledOut')
    else condition('Available', false, 'Progressing', `${availableReplicas} of ${spec.replicas} replicas are available`)
  },
})

if (import.meta.main) await run(apps)
