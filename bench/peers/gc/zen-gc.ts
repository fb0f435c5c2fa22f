import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { run } from '../build-cache.ts'
import { builtCheckout, type Source } from './checkout.ts'
import type { Contestant } from './contestant.ts'

const SOURCE: Source = { name: 'zen-gc', repository: 'kube-zen/zen-gc', commit: '29650e84b9f475e4c86593977e3634857e2d4e58' }

export function zenGc(): Contestant {
  let checkout = ''
  return {
    name: 'zen-gc 29650e8 (after 0.0.2-alpha)',
    looksEvery: 60,
    prepare() {
      checkout = builtCheckout(SOURCE, (part) => {
        // The port of its probes cannot be set: it would be the same on every machine, and open to all.
        const main = join(part, 'cmd', 'gc-controller', 'main.go')
        writeFileSync(main, readFileSync(main, 'utf8').replace('":8081"', '"127.0.0.1:0"'))
        run('go', ['build', '-o', 'controller', './cmd/gc-controller'], part)
      })
    },
    crds: () => [parse(readFileSync(join(checkout, 'deploy', 'crds', 'gc.kube-zen.io_garbagecollectionpolicies.yaml'), 'utf8')) as object],
    policy: (namespace, seconds, pace) => ({
      path: `/apis/gc.kube-zen.io/v1alpha1/namespaces/${namespace}/garbagecollectionpolicies`,
      body: {
        apiVersion: 'gc.kube-zen.io/v1alpha1',
        kind: 'GarbageCollectionPolicy',
        metadata: { name: 'due' },
        spec: {
          targetResource: { apiVersion: 'v1', kind: 'ConfigMap', namespace, labelSelector: { matchLabels: { role: 'due' } } },
          ttl: { secondsAfterCreation: seconds },
          ...(pace === 'full' && { behavior: { maxDeletionsPerSecond: 10_000, batchSize: 10_000 } }),
        },
      },
    }),
    launch: ({ namespace, kubeconfig }) => ({
      command: join(checkout, 'controller'),
      args: ['--metrics-addr', '0', '--enable-webhook=false', '--leader-election-mode=disabled'],
      env: { KUBECONFIG: kubeconfig, POD_NAMESPACE: namespace },
    }),
  }
}
