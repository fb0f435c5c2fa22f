// `npm test` (embedded: everything that needs no foreign server) and `npm run test:real` (the integration suite on a real kube-apiserver).
// Further arguments go to vitest: `npm test -- packages/core`.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const [server = 'embedded', ...rest] = process.argv.slice(2)
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
const args = ['run', '--reporter=default', `--reporter=${join(import.meta.dirname, 'closing-line.ts')}`, ...rest]
if (server === 'real') {
  const servers = spawnSync(process.execPath, [join(import.meta.dirname, 'servers.ts')], { stdio: ['ignore', 2, 'inherit'] })
  if (servers.status !== 0) {
    process.stdout.write('0 passed, 1 failed\n')
    process.exit(1)
  }
  args.push('--project', 'integration')
}
const run = spawnSync(process.execPath, [vitest, ...args], { stdio: 'inherit', env: { ...process.env, KUBEWRIGHT_TEST_SERVER: server } })
process.exit(run.status ?? 1)
