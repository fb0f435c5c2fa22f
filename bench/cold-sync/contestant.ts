import type { Launch } from '../contest/program.ts'

/** `objects`: whole ones. `metadata`: what the server leaves when it is asked for metadata alone. */
export type Kept = 'objects' | 'metadata'

/** A program that is ready when it holds all ConfigMaps, and shows `uid resourceVersion` of each. */
export interface Contestant {
  readonly name: string
  readonly side: 'floor' | 'ours' | 'peer'
  readonly keeps: Kept
  /** What we want: that it takes at least so many times what we take (our first contestant that keeps the same). */
  readonly goal?: { readonly cpu: number; readonly peak?: number }
  /** It only reads the bytes and has nothing to show. @default false */
  readonly holdsNothing?: boolean
  /** What has to be on the machine beside Node. @default nothing */
  readonly needs?: 'go' | 'cargo' | 'python3'
  /** Installs and builds its program. @throws Error that says what could not be had */
  prepare?(): void | Promise<void>
  launch(site: Site): Launch
}

/** Where it works. */
export interface Site {
  readonly kubeconfig: string
  /** What has to be there for it to be full; only for programs that have no word for it. */
  readonly objects: number
}
