// The few packages of Debian that Node needs besides itself. Each is pinned by its hash, so it does not matter where it comes from.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { entriesOf, type TarEntry } from './tar.ts'

export type Architecture = 'amd64' | 'arm64'

export interface DebianPackage {
  readonly name: string
  readonly version: string
  /** Below the archive's root, with ARCH for the architecture. */
  readonly path: string
  readonly sha256: Readonly<Record<Architecture, string>>
}

export const DEBIAN_RELEASE = { id: 'debian', version: '13', codename: 'trixie' } as const

export const DEBIAN_PACKAGES: readonly DebianPackage[] = [
  {
    name: 'libc6',
    version: '2.41-12+deb13u4',
    path: 'pool/main/g/glibc/libc6_2.41-12+deb13u4_ARCH.deb',
    sha256: {
      amd64: '967aa62605721081c3eb2a17650611a792aa802d76a6511d1840242623d204c9',
      arm64: '8784eda966b189c777a384dac5ce009e8fc9b52d006926c5a013e7fa8aa688cc',
    },
  },
  {
    name: 'libstdc++6',
    version: '14.2.0-19',
    path: 'pool/main/g/gcc-14/libstdc++6_14.2.0-19_ARCH.deb',
    sha256: {
      amd64: 'ab1fa05837aa7a92aae748fd07a18a35f7d18bb4a71c4724fe2bbf0e32089de0',
      arm64: '6669b0c52a2e7c6af9adfdabce3ff6e286065cdfbc7b85280862b5f799daebee',
    },
  },
  {
    name: 'libgcc-s1',
    version: '14.2.0-19',
    path: 'pool/main/g/gcc-14/libgcc-s1_14.2.0-19_ARCH.deb',
    sha256: {
      amd64: '3c71917b490d1a17aed43196a2787a256ecf060526cdb20216a74bedc061b150',
      arm64: '1108bc87879833d6d9a145f22a4a15cddb34e065b4b5f4b97bee586adbac2851',
    },
  },
]

/** The archive drops a version when a newer one comes; its history has them all. */
const ARCHIVES = ['http://deb.debian.org/debian', 'https://snapshot.debian.org/archive/debian/20261120T000000Z']

/** What Node links to, and what resolves names; of the rest of the C library nothing. */
const WANTED = /\/(ld-linux-[^/]+|lib(c|m|dl|pthread|rt|resolv|nss_dns|nss_files|gcc_s|stdc\+\+)\.so\.[^/]+)$/
const LICENSE = /^usr\/share\/doc\/[^/]+\/copyright$/

/** @throws Error when no archive has it with the pinned hash */
export async function fetchDebianPackage(which: DebianPackage, architecture: Architecture, cache: string): Promise<Buffer> {
  const path = which.path.replace('ARCH', architecture)
  const file = join(cache, basename(path))
  if (existsSync(file)) return verified(readFileSync(file), which, architecture)
  const problems: string[] = []
  for (const archive of ARCHIVES) {
    try {
      const response = await fetch(`${archive}/${path}`)
      if (!response.ok) throw new Error(`HTTP ${response.status}`)
      const deb = verified(Buffer.from(await response.arrayBuffer()), which, architecture)
      mkdirSync(cache, { recursive: true })
      writeFileSync(`${file}.${process.pid}`, deb)
      renameSync(`${file}.${process.pid}`, file)
      return deb
    } catch (error) {
      problems.push(`${archive}: ${String(error)}`)
    }
  }
  throw new Error(`${which.name} ${which.version} for ${architecture} cannot be had: ${problems.join('; ')}`)
}

function verified(deb: Buffer, { name, version, sha256 }: DebianPackage, architecture: Architecture): Buffer {
  const found = createHash('sha256').update(deb).digest('hex')
  if (found !== sha256[architecture]) throw new Error(`${name} ${version} for ${architecture} is not what is pinned: its hash is ${found}`)
  return deb
}

/** The wanted files of a package, and its entry for scanners, which look for what is installed there. */
export function filesOfDebianPackage(deb: Buffer, { name }: DebianPackage): readonly TarEntry[] {
  const control = [...entriesOf(unpacked(deb, 'control.tar.xz'))].find(({ path }) => path === 'control')
  if (control?.is !== 'file') throw new Error(`the package ${name} has no control file`)
  const files = [...entriesOf(unpacked(deb, 'data.tar.xz'))].filter(({ path }) => WANTED.test(`/${path}`) || LICENSE.test(path))
  return [...files, { path: `var/lib/dpkg/status.d/${name}`, is: 'file', mode: 0o644, content: control.content }]
}

/** A member of the ar archive that a package is. Node has no xz: the machine's is asked. */
function unpacked(deb: Buffer, member: string): Buffer {
  for (let at = 8; at < deb.length; ) {
    const [name, size] = [
      deb
        .toString('ascii', at, at + 16)
        .trim()
        .replace(/\/$/, ''),
      Number(deb.toString('ascii', at + 48, at + 58)),
    ]
    const content = deb.subarray(at + 60, at + 60 + size)
    if (name === member) return execFileSync('xz', ['--decompress', '--stdout'], { input: content, maxBuffer: 2 ** 28 })
    at += 60 + size + (size % 2)
  }
  throw new Error(`the package has no ${member}`)
}
