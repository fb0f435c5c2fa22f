// What is in the image. From the bottom up, by how seldom it changes: what Node needs, Node, the program.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { cachedPackage, type RegistryPackage } from '../registry-package.ts'
import type { Machine } from '../servers.ts'
import { NODE_PACKAGES } from '../setup.mjs'
import { type Architecture, DEBIAN_PACKAGES, DEBIAN_RELEASE, fetchDebianPackage, filesOfDebianPackage } from './debian-packages.ts'
import { entriesOf, type TarEntry } from './tar.ts'

/** Of the user "nonroot" of other images without a shell; any number but 0 does. */
export const USER = 65_532

const NODE_PLATFORMS: Readonly<Record<Architecture, string>> = { amd64: 'linux-x64', arm64: 'linux-arm64' }

export function nodePackageOf(architecture: Architecture): RegistryPackage {
  const [name, version, integrity] = NODE_PACKAGES[NODE_PLATFORMS[architecture]]!
  return { name, version, integrity }
}

const text = (path: string, content: string): TarEntry => ({ path, is: 'file', mode: 0o644, content: Buffer.from(content) })

const SYSTEM: readonly TarEntry[] = [
  // As Debian has it: loaders are looked for in the old places.
  { path: 'lib', is: 'link', target: 'usr/lib' },
  { path: 'lib64', is: 'link', target: 'usr/lib64' },
  text('etc/passwd', `root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:${USER}:${USER}:nonroot:/home/nonroot:/sbin/nologin\n`),
  text('etc/group', `root:x:0:\nnonroot:x:${USER}:\n`),
  text('etc/nsswitch.conf', 'hosts: files dns\n'),
  // Scanners look here for what to compare the packages with.
  text(
    'etc/os-release',
    `ID=${DEBIAN_RELEASE.id}\nVERSION_ID="${DEBIAN_RELEASE.version}"\nVERSION_CODENAME=${DEBIAN_RELEASE.codename}\nPRETTY_NAME="Kubewright on packages of Debian ${DEBIAN_RELEASE.version}"\n`,
  ),
  { path: 'home/nonroot', is: 'folder', mode: 0o755 },
  { path: 'tmp', is: 'folder', mode: 0o1777 },
]

export async function systemLayer(architecture: Architecture, cache: string): Promise<readonly TarEntry[]> {
  const packages = await Promise.all(
    DEBIAN_PACKAGES.map(async (each) => filesOfDebianPackage(await fetchDebianPackage(each, architecture, cache), each)),
  )
  return [...SYSTEM, ...packages.flat()]
}

export function nodeLayer(architecture: Architecture, cache: string, run: Machine['run']): readonly TarEntry[] {
  const files = [...entriesOf(gunzipSync(readFileSync(cachedPackage(nodePackageOf(architecture), cache, run))))]
  const taken = (from: string, path: string, mode: number): TarEntry => {
    const found = files.find((entry) => entry.path === from)
    if (found?.is !== 'file') throw new Error(`Node's package for ${architecture} has no ${from}`)
    return { path, is: 'file', mode, content: found.content }
  }
  return [taken('package/bin/node', 'nodejs/bin/node', 0o755), taken('package/LICENSE', 'usr/share/doc/nodejs/copyright', 0o644)]
}

export function programLayer(
  program: ReadonlyMap<string, Uint8Array>,
  licenses: Readonly<Record<string, Uint8Array>>,
): readonly TarEntry[] {
  return [...program, ...Object.entries(licenses)].map(
    ([name, content]): TarEntry => ({ path: `app/${name}`, is: 'file', mode: 0o644, content: Buffer.from(content) }),
  )
}
