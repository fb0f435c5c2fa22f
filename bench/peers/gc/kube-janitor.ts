import { join } from 'node:path'
import { run } from '../build-cache.ts'
import { builtCheckout, type Source } from './checkout.ts'
import type { Contestant } from './contestant.ts'

const SOURCE: Source = { name: 'kube-janitor', repository: 'hjacobs/kube-janitor', commit: '5a0399a23f6b857cafbfb2fc0603478f2b1ace64' }
const REQUIREMENTS = ['pykube-ng==23.6.0', 'jmespath==1.0.1']

/** Looks at ConfigMaps alone, of its namespace alone: by default it would list every kind of the cluster. */
export function kubeJanitor(): Contestant {
  let folder = ''
  return {
    name: 'kube-janitor 20.10.0',
    looksEvery: 30,
    prepare() {
      folder = builtCheckout(SOURCE, (part) => {
        run('python3', ['-m', 'venv', 'venv'], part)
        run(join('venv', 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...REQUIREMENTS], part)
      })
    },
    annotations: (seconds) => ({ 'janitor/ttl': `${seconds}s` }),
    launch: ({ namespace, kubeconfig }) => ({
      command: join(folder, 'venv', 'bin', 'python'),
      args: ['-m', 'kube_janitor', '--include-resources', 'configmaps', '--include-namespaces', namespace],
      env: { KUBECONFIG: kubeconfig, PYTHONPATH: folder },
    }),
  }
}
