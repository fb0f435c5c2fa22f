import type { KubeObject } from 'kubewright'
import { Application } from './kind/application.ts'

const NAMESPACE = 'application-demo'

/** A shop of three applications for the demonstration: a site behind an ingress, an API that scales with its load, and a worker without ports. */
export function demoObjects(): readonly KubeObject[] {
  const application = (name: string, spec: Parameters<typeof Application.of>[0]['spec']) =>
    Application.of({ metadata: { name, namespace: NAMESPACE }, spec })
  const limits = { cpu: '500m', memory: '256Mi' }
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    application('site', {
      image: 'docker.io/nginxinc/nginx-unprivileged:1.29',
      replicas: 3,
      ports: [{ port: 8080 }],
      probes: { readiness: { httpGet: { path: '/' } } },
      resources: { requests: { cpu: '50m', memory: '64Mi' }, limits },
      config: { 'index.html': '<h1>The shop</h1>' },
      configMount: '/usr/share/nginx/html',
      ingress: { hosts: [{ host: 'shop.example' }] },
      podDisruptionBudget: { maxUnavailable: 1 },
    }),
    application('api', {
      image: 'ghcr.io/stefanprodan/podinfo:6.9.0',
      ports: [{ port: 9898 }, { port: 9797, name: 'metrics' }],
      config: { PODINFO_UI_MESSAGE: 'hello' },
      resources: { requests: { cpu: '100m', memory: '64Mi' }, limits },
      autoscaling: { minReplicas: 2, maxReplicas: 6, targetCPUUtilizationPercentage: 70 },
      rollbackOnFailure: true,
    }),
    application('worker', {
      image: 'registry.k8s.io/pause:3.10',
      strategy: 'Recreate',
      resources: { requests: { cpu: '10m', memory: '16Mi' }, limits },
    }),
  ]
}
