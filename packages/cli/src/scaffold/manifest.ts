import { basename } from 'node:path'
import type { PackageOrigin } from './package-origin.ts'

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly [field: string]: unknown
}

/** The project's package.json with the library from where it comes. */
export function withLibrary(text: string, origin: PackageOrigin): string {
  const manifest = JSON.parse(text) as Manifest
  const { dependencies, ...rest } = manifest
  if (origin.from === 'registry') return print({ ...rest, dependencies: { ...dependencies, kubewright: origin.version } }, manifest)
  const specs = [...origin.archives].map(([name, file]) => [name, `file:${VENDOR}/${basename(file)}`] as const)
  // The library names its parts by version, which no registry has.
  const overrides = Object.fromEntries(specs.filter(([name]) => name !== 'kubewright'))
  const own = Object.fromEntries(specs.filter(([name]) => name === 'kubewright'))
  return print({ ...rest, dependencies: { ...dependencies, ...own }, overrides }, manifest)
}

/** The folder in the project that has the archives. */
export const VENDOR = 'vendor'

/** The order of fields stays. */
function print(manifest: Readonly<Record<string, unknown>>, before: Manifest): string {
  const order = [...new Set([...Object.keys(before), ...Object.keys(manifest)])]
  return `${JSON.stringify(Object.fromEntries(order.map((key) => [key, manifest[key]])), null, 2)}\n`
}

const ARCHIVES_ONLY = /^# from-archives /

/** The Dockerfile with what it needs for archives, or without. */
export function withArchives(text: string, origin: PackageOrigin): string {
  const lines = text.split('\n')
  if (origin.from === 'registry') return lines.filter((line) => !ARCHIVES_ONLY.test(line)).join('\n')
  return lines.map((line) => line.replace(ARCHIVES_ONLY, '')).join('\n')
}
