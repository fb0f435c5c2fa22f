import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../build-cache.ts'
import { builtCheckout, type Source } from './checkout.ts'
import type { Contestant } from './contestant.ts'

const SOURCE: Source = {
  name: 'k8s-ttl-controller',
  repository: 'TwiN/k8s-ttl-controller',
  commit: '134c2480fb7925f3b2bf62f41979ff692e5e543b',
}

/** Looks at ConfigMaps alone: by default it would list every kind of the cluster. */
export function ttlController(): Contestant {
  let program = ''
  return {
    name: 'k8s-ttl-controller 134c248 (after 1.4.1)',
    looksEvery: 300,
    prepare() {
      program = join(
        builtCheckout(SOURCE, (part) => run('go', ['build', '-o', 'controller', '.'], part)),
        'controller',
      )
    },
    annotations: (seconds) => ({ 'k8s-ttl-controller.twin.sh/ttl': `${seconds}s` }),
    launch({ folder, kubeconfig }) {
      // Outside of a cluster it takes the kubeconfig of its user.
      mkdirSync(join(folder, '.kube'))
      copyFileSync(kubeconfig, join(folder, '.kube', 'config'))
      return { command: program, args: [], env: { HOME: folder, ENVIRONMENT: 'dev', API_RESOURCES_TO_WATCH: 'configmaps' } }
    },
  }
}
