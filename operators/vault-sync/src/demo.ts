import type { KubeObject } from 'kubewright'
import { annotation } from './annotations/names.ts'

const NAMESPACE = 'vault-sync-demo'

/** A shop whose Secrets are found by themselves, a report that takes one key and makes a URL of others, and a Secret that is pushed for itself. */
export function demoObjects(): readonly KubeObject[] {
  const secret = (name: string, stringData: Record<string, string>, annotations: Record<string, string> = {}) =>
    ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: NAMESPACE, annotations }, type: 'Opaque', stringData }) as KubeObject
  const deployment = (name: string, annotations: Record<string, string>, secrets: readonly string[]) =>
    ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: NAMESPACE, annotations },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: {
            containers: [
              { name: 'main', image: 'registry.k8s.io/pause:3.10', envFrom: secrets.map((each) => ({ secretRef: { name: each } })) },
            ],
          },
        },
      },
    }) as KubeObject
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    secret('shop-db', { user: 'shop', password: 'not-a-real-password' }),
    secret('shop-mail', { token: 'not-a-real-token' }),
    deployment('shop', { [annotation('path')]: `secret/${NAMESPACE}/shop` }, ['shop-db', 'shop-mail']),
    deployment(
      'report',
      {
        [annotation('path')]: `secret/${NAMESPACE}/report`,
        [annotation('secrets')]: JSON.stringify([{ name: 'shop-mail', keys: ['token'], rename: { token: 'MAIL_TOKEN' } }]),
        [annotation('templates')]: JSON.stringify({ url: 'postgres://{{ shop-db/user }}:{{ shop-db/password | urlencode }}@db/shop' }),
      },
      ['shop-db'],
    ),
    secret('licence', { key: 'not-a-real-licence' }, { [annotation('path')]: `secret/${NAMESPACE}/licence` }),
  ]
}
