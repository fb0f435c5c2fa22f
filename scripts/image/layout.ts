// An image in a folder, as the Open Container Initiative lays it out: what skopeo, crane, podman and containerd read.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly platform?: { readonly architecture: string; readonly os: string }
  readonly annotations?: Readonly<Record<string, string>>
}

export const sha256 = (content: Buffer | string) => `sha256:${createHash('sha256').update(content).digest('hex')}`

export class Layout {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true })
    writeFileSync(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  }

  add(mediaType: string, content: Buffer): Descriptor {
    const digest = sha256(content)
    writeFileSync(join(this.#folder, 'blobs', ...digest.split(':')), content)
    return { mediaType, digest, size: content.length }
  }

  addJson(mediaType: string, value: object): Descriptor {
    return this.add(mediaType, Buffer.from(JSON.stringify(value)))
  }

  /** The one image of the layout. */
  finish(image: Descriptor, tag: string): void {
    const manifests = [{ ...image, annotations: { 'org.opencontainers.image.ref.name': tag } }]
    const index = { schemaVersion: 2, mediaType: INDEX, manifests }
    writeFileSync(join(this.#folder, 'index.json'), JSON.stringify(index))
  }
}

export const INDEX = 'application/vnd.oci.image.index.v1+json'
export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
export const CONFIG = 'application/vnd.oci.image.config.v1+json'
export const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip'

/** From this size on, packing takes seconds (Node: ten), and the result is kept in the cache under the hash of what was packed. */
const LARGE = 16_000_000

export function packed(tar: Buffer, cache: string): Buffer {
  if (tar.length < LARGE) return gzipped(tar)
  const file = join(cache, `${sha256(tar).replace(':', '-')}.tar.gz`)
  if (existsSync(file)) return readFileSync(file)
  const gzip = gzipped(tar)
  mkdirSync(cache, { recursive: true })
  writeFileSync(`${file}.${process.pid}`, gzip)
  renameSync(`${file}.${process.pid}`, file)
  return gzip
}

/** The header says the same on every system: zlib would write which one packed. */
export function gzipped(content: Buffer): Buffer {
  const gzip = gzipSync(content, { level: 9 })
  gzip[9] = 0xff
  return gzip
}
