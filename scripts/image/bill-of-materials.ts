// CycloneDX: what the image consists of. Of the registry's packages those from which a file went into the program, and no other.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RegistryPackage } from '../registry-package.ts'
import { type Architecture, DEBIAN_PACKAGES, DEBIAN_RELEASE } from './debian-packages.ts'

export interface Materials {
  readonly root: string
  readonly version: string
  readonly architecture: Architecture
  readonly node: RegistryPackage
  /** The program's files, from the root. */
  readonly inputs: readonly string[]
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
}

export function billOfMaterials({ root, version, architecture, node, inputs }: Materials): object {
  const libraries = packagesOf(root, inputs).map(({ name, version: at, license }) => ({
    type: 'library',
    name,
    version: at,
    ...(license !== undefined && { licenses: [/^[\w.-]+$/.test(license) ? { license: { id: license } } : { expression: license }] }),
    purl: `pkg:npm/${name.replace('@', '%40')}@${at}`,
    'bom-ref': `pkg:npm/${name}@${at}`,
  }))
  const system = DEBIAN_PACKAGES.map((each) => ({
    type: 'library',
    name: each.name,
    version: each.version,
    hashes: [{ alg: 'SHA-256', content: each.sha256[architecture] }],
    purl: `pkg:deb/debian/${each.name.replaceAll('+', '%2B')}@${each.version.replaceAll('+', '%2B')}?arch=${architecture}&distro=${DEBIAN_RELEASE.codename}`,
    'bom-ref': `pkg:deb/${each.name}`,
  }))
  const runtime = {
    type: 'application',
    name: 'node',
    version: node.version,
    cpe: `cpe:2.3:a:nodejs:node.js:${node.version}:*:*:*:lts:*:*:*`,
    purl: `pkg:generic/node@${node.version}`,
    externalReferences: [{ type: 'distribution', url: `https://registry.npmjs.org/${node.name}/-/${node.name}-${node.version}.tgz` }],
    'bom-ref': 'node',
  }
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'container', name: 'kubewright', version, 'bom-ref': 'kubewright' } },
    components: [runtime, ...system, ...libraries],
  }
}

/** Packages of others that the files are of, each once and in order. */
export function packagesOf(root: string, inputs: readonly string[]): readonly Manifest[] {
  const folders = inputs
    .map((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0])
    .filter((each) => each !== undefined)
  const found = [...new Set(folders)]
    .map((folder) => join(root, folder, 'package.json'))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Manifest)
  const byName = new Map(found.map((each) => [`${each.name}@${each.version}`, each]))
  return [...byName.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each)
}
