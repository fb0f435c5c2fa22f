// Statements about an image, in the form in which registries and scanners look for them: in-toto, beside the image in its index.
import type { RegistryPackage } from '../registry-package.ts'
import { type Architecture, DEBIAN_PACKAGES } from './debian-packages.ts'
import { CONFIG, type Descriptor, type Layout, MANIFEST } from './layout.ts'

const IN_TOTO = 'application/vnd.in-toto+json'
const CYCLONE_DX = 'https://cyclonedx.org/bom'
const SLSA = 'https://slsa.dev/provenance/v1'

export interface Source {
  /** Of the commit, and whether something was changed since. */
  readonly commit: string
  readonly changed: boolean
}

/**
 * Where the image comes from. It says what anybody can build again and compare; it is signed by nobody, and so no proof: who publishes the image signs
 * its digest.
 */
export function provenanceOf(source: Source, architecture: Architecture, node: RegistryPackage): object {
  const materials = [
    { uri: 'git+file:.', digest: { gitCommit: source.commit }, ...(source.changed && { annotations: { changed: true } }) },
    {
      uri: `pkg:npm/${node.name}@${node.version}`,
      digest: { sha512: Buffer.from(node.integrity.slice('sha512-'.length), 'base64').toString('hex') },
    },
    ...DEBIAN_PACKAGES.map(({ name, version, sha256: hashes }) => ({
      uri: `pkg:deb/debian/${name}@${version}?arch=${architecture}`,
      digest: { sha256: hashes[architecture] },
    })),
  ]
  return {
    buildDefinition: {
      buildType: 'npm run image',
      externalParameters: { architecture },
      resolvedDependencies: materials,
    },
    runDetails: { builder: { id: 'scripts/image.ts' } },
  }
}

/** Adds both statements about one image; the entry for the index. */
export function addStatements(
  layout: Layout,
  image: Descriptor,
  statements: { readonly materials: object; readonly provenance: object },
): Descriptor {
  const about = (predicateType: string, predicate: object) => {
    const subject = [{ name: 'kubewright', digest: { sha256: image.digest.slice('sha256:'.length) } }]
    const statement = { _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate }
    return { ...layout.addJson(IN_TOTO, statement), annotations: { 'in-toto.io/predicate-type': predicateType } }
  }
  const layers = [about(CYCLONE_DX, statements.materials), about(SLSA, statements.provenance)]
  const platform = { architecture: 'unknown', os: 'unknown' }
  const config = layout.addJson(CONFIG, {
    ...platform,
    config: {},
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
  })
  const manifest = layout.addJson(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers })
  // As BuildKit has it: tools tell it from an image to run by this platform and these annotations.
  const annotations = { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': image.digest }
  return { ...manifest, platform, annotations }
}
