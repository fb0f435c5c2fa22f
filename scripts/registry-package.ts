import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from './servers.ts'

/** A package of the npm registry, with the hash that its lockfiles have. */
export interface RegistryPackage {
  readonly name: string
  readonly version: string
  readonly integrity: string
}

type Run = Machine['run']

/** Fetches the package's tarball into an empty folder. @throws Error when npm fails, or the package is not the pinned one */
export function fetchPackage(wanted: RegistryPackage, folder: string, run: Run): string {
  const { name, version } = wanted
  const { code } = run('npm', ['pack', `${name}@${version}`, '--pack-destination', folder, '--loglevel=error'])
  const file = readdirSync(folder).find((each) => each.endsWith('.tgz'))
  if (code !== 0 || file === undefined) throw new Error(`npm could not fetch ${name}@${version} (its words are above)`)
  return verified(wanted, join(folder, file))
}

/** The same, once for all later times. */
export function cachedPackage(wanted: RegistryPackage, cache: string, run: Run): string {
  const file = join(cache, `${wanted.name.replace('/', '-')}-${wanted.version}.tgz`)
  if (existsSync(file)) return verified(wanted, file)
  mkdirSync(cache, { recursive: true })
  const work = mkdtempSync(join(cache, 'fetch-'))
  try {
    renameSync(fetchPackage(wanted, work, run), file)
    return file
  } finally {
    rmSync(work, { recursive: true })
  }
}

function verified({ name, version, integrity }: RegistryPackage, tarball: string): string {
  const found = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`
  if (found !== integrity) throw new Error(`${name}@${version} is not what is pinned: its hash is ${found}`)
  return tarball
}
