import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ConfigurationError } from '@kubewright/core'

/** A file or folder that comes with this package beside its code. @throws ConfigurationError in the single-file program, which has none */
export function packageFile(...path: readonly string[]): string {
  for (let folder = import.meta.dirname; dirname(folder) !== folder; folder = dirname(folder)) {
    const found = join(folder, ...path)
    // The code is in `src`, `lib` or `dist` of the package.
    if (existsSync(join(folder, 'package.json'))) {
      if (existsSync(found)) return found
      break
    }
  }
  throw new ConfigurationError(
    `this kubewright comes without ${path.join('/')}: install the package from npm, for the container image only runs operators`,
  )
}
