import type { Client, Pod } from 'kubewright'

/** About 2 KB as JSON, and a little more for managedFields: what a small Deployment's Pods look like. */
export function pod(index: number): Pod {
  const app = `shop-${index % 50}`
  return {
    metadata: {
      namespace: 'default',
      name: `${app}-7d9c5b8f6d-${index.toString(36).padStart(5, '0')}`,
      labels: { 'app.kubernetes.io/name': app, 'app.kubernetes.io/version': `1.${index % 7}.0`, 'pod-template-hash': '7d9c5b8f6d' },
      annotations: {
        'prometheus.io/scrape': 'true',
        'prometheus.io/port': '9090',
        'checksum/config': index.toString(16).padStart(64, '0'),
      },
    },
    spec: {
      containers: [
        {
          name: 'shop',
          image: `registry.example.dev/shop/${app}:1.${index % 7}.0`,
          args: ['--listen=:8080', '--metrics=:9090', `--shard=${index}`],
          ports: [
            { name: 'http', containerPort: 8080, protocol: 'TCP' },
            { name: 'metrics', containerPort: 9090, protocol: 'TCP' },
          ],
          env: [
            { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: `${app}-database`, key: 'url' } } },
            { name: 'LOG_LEVEL', value: 'info' },
            { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          ],
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
          livenessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 10 },
          readinessProbe: { httpGet: { path: '/readyz', port: 8080 }, periodSeconds: 5 },
          volumeMounts: [{ name: 'config', mountPath: '/etc/shop', readOnly: true }],
        },
      ],
      volumes: [{ name: 'config', configMap: { name: `${app}-config` } }],
      nodeName: `node-${index % 100}`,
    },
  }
}

/** Creates so many, sixteen at a time. */
export async function createPods(client: Client, kind: Parameters<Client['resource']>[0], count: number): Promise<void> {
  const pods = await client.resource(kind)
  const rest = Array.from({ length: count }, (_, index) => index).values()
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (const index of rest) await pods.create(pod(index))
    }),
  )
}
