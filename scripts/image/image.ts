// The container image: an index of one image for each architecture, with statements about each.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from '../servers.ts'
import { billOfMaterials } from './bill-of-materials.ts'
import type { Architecture } from './debian-packages.ts'
import { nodeLayer, nodePackageOf, programLayer, systemLayer, USER } from './layers.ts'
import { CONFIG, type Descriptor, INDEX, LAYER, Layout, MANIFEST, packed, sha256 } from './layout.ts'
import { ENVIRONMENT, NODE_FLAGS } from './memory-settings.ts'
import { PROGRAM, type ProgramBundle } from './program-bundle.ts'
import { addStatements, provenanceOf, type Source } from './statements.ts'
import { tarOf } from './tar.ts'

export interface ImageParts {
  readonly root: string
  readonly program: ProgramBundle
  readonly source: Source
  /** Of what is fetched and packed. */
  readonly cache: string
  /** In seconds since 1970. */
  readonly created: number
  readonly run: Machine['run']
}

export interface BuiltImage {
  readonly digest: string
  readonly tag: string
  /** Compressed bytes of each layer. */
  readonly sizes: Readonly<Record<Architecture, readonly number[]>>
}

interface Manifest {
  readonly version: string
  readonly license: string
}

/** Writes the layout into the folder. The same parts give the same bytes. @throws Error when a part cannot be had, or is not the pinned one */
export async function buildImage(parts: ImageParts, folder: string): Promise<BuiltImage> {
  const layout = new Layout(folder)
  const { version } = manifestOf(parts)
  const amd64 = await imageFor('amd64', layout, parts)
  const arm64 = await imageFor('arm64', layout, parts)
  const manifests = [...amd64.entries, ...arm64.entries]
  const index = layout.addJson(INDEX, { schemaVersion: 2, mediaType: INDEX, manifests })
  layout.finish(index, version)
  return { digest: index.digest, tag: version, sizes: { amd64: amd64.sizes, arm64: arm64.sizes } }
}

const manifestOf = ({ root }: ImageParts) => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest

async function imageFor(architecture: Architecture, layout: Layout, parts: ImageParts) {
  const { root, cache, program, source, run } = parts
  const licenses = { LICENSE: readFileSync(join(root, 'LICENSE')), NOTICE: readFileSync(join(root, 'NOTICE')) }
  const contents = [await systemLayer(architecture, cache), nodeLayer(architecture, cache, run), programLayer(program.files, licenses)]
  const tars = contents.map(tarOf)
  const layers = tars.map((tar) => layout.add(LAYER, packed(tar, cache)))
  const config = layout.addJson(CONFIG, configOf(architecture, tars.map(sha256), parts))
  const annotations = labelsOf(manifestOf(parts))
  const manifest = layout.addJson(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers, annotations })
  const image: Descriptor = { ...manifest, platform: { architecture, os: 'linux' } }
  const node = nodePackageOf(architecture)
  const materials = billOfMaterials({ root, version: manifestOf(parts).version, architecture, node, inputs: program.inputs })
  const statement = addStatements(layout, image, { materials, provenance: provenanceOf(source, architecture, node) })
  return { entries: [image, statement], sizes: layers.map(({ size }) => size) }
}

function configOf(architecture: Architecture, diffIds: readonly string[], parts: ImageParts): object {
  return {
    created: new Date(parts.created * 1000).toISOString(),
    architecture,
    os: 'linux',
    config: {
      User: `${USER}:${USER}`,
      Env: [
        'PATH=/nodejs/bin',
        'NODE_ENV=production',
        'HOME=/home/nonroot',
        ...Object.entries(ENVIRONMENT).map((entry) => entry.join('=')),
      ],
      Entrypoint: ['/nodejs/bin/node', ...NODE_FLAGS, `/app/${PROGRAM}`],
      Cmd: ['--help'],
      WorkingDir: '/',
      Labels: labelsOf(manifestOf(parts)),
    },
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: ['what Node needs, of Debian', 'Node', 'the program'].map((what) => ({ created_by: `npm run image: ${what}` })),
  }
}

function labelsOf({ version, license }: Manifest): Readonly<Record<string, string>> {
  return {
    'org.opencontainers.image.title': 'kubewright',
    'org.opencontainers.image.description':
      'Operators for Kubernetes: garbage collection, Vault unsealing, Secrets to Vault, S3 storage, applications',
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.licenses': license,
  }
}
