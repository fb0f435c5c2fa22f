// One version for all packages: what is tested together is installed together.

export interface Manifest {
  readonly name: string
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const LISTS = ['dependencies', 'devDependencies', 'peerDependencies'] as const
const isOurs = (name: string) => name === 'kubewright' || name.startsWith('@kubewright/')

/** What does not have this version, in words. */
export function versionProblems(manifests: readonly Manifest[], version: string): readonly string[] {
  return manifests.flatMap((manifest) => [
    ...(manifest.version === version ? [] : [`${manifest.name} has the version ${manifest.version}, and not ${version}`]),
    ...LISTS.flatMap((list) =>
      Object.entries(manifest[list] ?? {})
        .filter(([name, asked]) => isOurs(name) && asked !== version)
        .map(([name, asked]) => `${manifest.name}: ${list} asks for ${name} ${asked}, and not for ${version}`),
    ),
  ])
}

/** The same manifest of this version, as text: its order and everything else stay. */
export function withVersion(text: string, version: string): string {
  const manifest = JSON.parse(text) as Record<string, unknown> & Manifest
  const lists = LISTS.filter((list) => manifest[list] !== undefined).map((list) => [
    list,
    Object.fromEntries(Object.entries(manifest[list]!).map(([name, asked]) => [name, isOurs(name) ? version : asked])),
  ])
  return `${JSON.stringify({ ...manifest, version, ...Object.fromEntries(lists) }, undefined, 2)}\n`
}

const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$/

/** @throws Error when it is no version as npm and Helm both take it */
export function checkedVersion(text: string): string {
  if (!VERSION.test(text)) throw new Error(`"${text}" is no version: MAJOR.MINOR.PATCH, such as 1.2.0 or 1.2.0-rc.1`)
  return text
}
