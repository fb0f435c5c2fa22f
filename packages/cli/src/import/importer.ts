import type { KubeObject } from '@kubewright/core'

/** One document of a manifest, and where it was found. Nothing is known of what is in it. */
export interface ImportedDocument {
  /** The file, for messages. */
  readonly origin: string
  readonly value: unknown
}

/** What became of the manifests of another program. */
export interface ImportResult {
  /** In the order in which they are to be applied. */
  readonly objects: readonly KubeObject[]
  /** What was not converted, or means something else now: each names the object and the field. */
  readonly warnings: readonly string[]
}

/** Makes manifests of another program into manifests of ours: `kubewright import`. Pure; asks nothing and nobody. */
export interface ManifestImporter {
  /** The other program, for messages. */
  readonly name: string
  /** Whether the document is that program's. */
  takes(value: unknown): boolean
  /** All documents that it takes, at once: what belongs together may be spread over several. */
  convert(documents: readonly ImportedDocument[]): ImportResult
}
