import { controller, Deployment, Service } from 'kubewright'
import { Sample } from './sample.ts'

/** Makes the cluster as the object says, each time that one of the two changes. */
export const sampleController = controller(Sample, {
  owns: [Deployment, Service],
  async reconcile({ object, apply, status, condition }) {
    const { name, namespace = 'default' } = object.metadata
    const { image, replicas, port } = object.spec
    const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/managed-by': 'sample-operator' }

    const deployment = await apply<Deployment>({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace, labels },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: 'web', image, ports: [{ name: 'http', containerPort: port }] }] },
        },
      },
    })
    await apply<Service>({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace, labels },
      spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    })

    const ready = deployment.status?.readyReplicas ?? 0
    status.readyReplicas = ready
    condition('Ready', ready >= replicas, ready >= replicas ? 'AllReady' : 'Starting', `${ready} of ${replicas} Pods are ready`)
  },
})
