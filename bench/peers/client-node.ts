import { join } from 'node:path'
import { builtFrom, run } from './build-cache.ts'

/** The folder with the programs on @kubernetes/client-node, and the package as its lock file pins it. @throws Error when it cannot be installed */
export function clientNode(): string {
  return builtFrom(join(import.meta.dirname, 'client-node'), 'client-node', (part) =>
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], part),
  )
}
