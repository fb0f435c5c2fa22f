// The built image as a container runtime would have it: its layers in one folder, and its configuration.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const root = dirname(dirname(import.meta.dirname))

interface Descriptor {
  readonly digest: string
  readonly size: number
  readonly platform?: { readonly architecture: string }
  readonly annotations?: Readonly<Record<string, string>>
}
interface Manifests {
  readonly manifests: readonly Descriptor[]
}
export interface ImageConfig {
  readonly architecture: string
  readonly config: {
    readonly User: string
    readonly Env: readonly string[]
    readonly Entrypoint: readonly string[]
    readonly Labels: Readonly<Record<string, string>>
  }
  readonly rootfs: { readonly diff_ids: readonly string[] }
}

/** A layout as `npm run image` writes it. */
export class BuiltLayout {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  blob({ digest }: Pick<Descriptor, 'digest'>): Buffer {
    return readFileSync(join(this.folder, 'blobs', ...digest.split(':')))
  }

  json<T>(which: Pick<Descriptor, 'digest'>): T {
    return JSON.parse(this.blob(which).toString()) as T
  }

  /** Images and statements about them. */
  get entries(): readonly Descriptor[] {
    const [index] = (JSON.parse(readFileSync(join(this.folder, 'index.json'), 'utf8')) as Manifests).manifests
    return this.json<Manifests>(index!).manifests
  }

  image(architecture: string) {
    const found = this.entries.find(({ platform }) => platform?.architecture === architecture)!
    const manifest = this.json<{ readonly config: Descriptor; readonly layers: readonly Descriptor[] }>(found)
    return { descriptor: found, layers: manifest.layers, config: this.json<ImageConfig>(manifest.config) }
  }
}

/** Of this machine's processor. */
export const ARCHITECTURE = process.arch === 'arm64' ? 'arm64' : 'amd64'

export interface UnpackedImage extends Disposable {
  readonly folder: string
  readonly config: ImageConfig['config']
}

export function buildLayout(folder: string): BuiltLayout {
  execFileSync(process.execPath, [join(root, 'scripts', 'image.ts'), '--output', folder], { stdio: ['ignore', 'ignore', 'inherit'] })
  return new BuiltLayout(folder)
}

export function unpack(layout: BuiltLayout): UnpackedImage {
  const { layers, config } = layout.image(ARCHITECTURE)
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-root-'))
  // It becomes a root, in which others than its owner go about.
  chmodSync(folder, 0o755)
  for (const layer of layers) execFileSync('tar', ['xpzf', '-', '-C', folder], { input: layout.blob(layer) })
  // Where a container runtime mounts things.
  for (const place of ['proc', 'dev']) mkdirSync(join(folder, place), { recursive: true })
  return { folder, config: config.config, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}
