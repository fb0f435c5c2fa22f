import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ConfigurationError } from '@kubewright/core'
import { UsageError } from '../usage-error.ts'

/** Where the new project has the library from: where this program came from. */
export type PackageOrigin =
  | { readonly from: 'registry'; readonly version: string }
  /** Files that `npm pack` made; the project keeps copies of them, so that it can be built elsewhere. By the name of the package. */
  | { readonly from: 'archives'; readonly archives: ReadonlyMap<string, string> }

/** As npm pack names them: `kubewright-0.1.0.tgz`, and of `@kubewright/core` `kubewright-core-0.1.0.tgz`. */
const ARCHIVE = /^kubewright(?:-([a-z][a-z0-9-]*?))?-\d+\.\d+\.\d+.*\.tgz$/
const OWN = /^(?:kubewright|@kubewright\/[a-z0-9-]+)$/

/** @throws UsageError when the folder has no archive of the library */
export function archivesIn(folder: string): PackageOrigin {
  const names = existsSync(folder) ? readdirSync(folder) : []
  const archives = new Map(
    names.flatMap((name) => {
      const found = ARCHIVE.exec(name)
      return found === null ? [] : [[found[1] === undefined ? 'kubewright' : `@kubewright/${found[1]}`, resolve(folder, name)] as const]
    }),
  )
  if (!archives.has('kubewright'))
    throw new UsageError(
      `--packages: there is no kubewright-VERSION.tgz in ${folder}: make the archives with npm pack, one for each package`,
    )
  return { from: 'archives', archives }
}

interface Lockfile {
  readonly packages?: Readonly<Record<string, { readonly resolved?: string; readonly link?: boolean }>>
}

/**
 * How the package in `home` was installed, as npm has noted it beside the packages.
 * @throws ConfigurationError in a checkout of the library, whose packages are not made yet
 */
export function originOf(home: string, version: string): PackageOrigin {
  const modules = dirname(home)
  if (basename(modules) !== 'node_modules')
    throw new ConfigurationError(
      'this kubewright is a checkout of its sources, of which a project cannot be made: npm run bundle, npm pack each folder in dist/packages, and name the folder of the archives with --packages',
    )
  const lock = join(modules, '.package-lock.json')
  const { packages = {} } = existsSync(lock) ? (JSON.parse(readFileSync(lock, 'utf8')) as Lockfile) : {}
  const root = pathToFileURL(`${dirname(modules)}/`)
  const archives = new Map(
    Object.entries(packages).flatMap(([path, { resolved }]) => {
      const name = path.replace(/^.*node_modules\//, '')
      return OWN.test(name) && resolved?.startsWith('file:') ? [[name, fileOf(resolved, root)] as const] : []
    }),
  )
  return archives.has('kubewright') ? { from: 'archives', archives } : { from: 'registry', version }
}

/** npm writes `file:` and a path that is relative to the project. */
const fileOf = (resolved: string, root: URL): string => resolve(fileURLToPath(root), decodeURI(resolved.slice('file:'.length)))
