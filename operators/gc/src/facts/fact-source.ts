import type { GroupVersionKind } from 'kubewright'
import type { Needs } from '../policy/policy.ts'
import type { Facts } from './facts.ts'

/** Whose judgement may have become another. */
export type FactChange =
  | { readonly is: 'object'; readonly namespace: string | undefined; readonly name: string }
  | { readonly is: 'namespace'; readonly name: string }
  /** Of the policy's author, in a namespace or where there is none. */
  | { readonly is: 'rights'; readonly namespace: string | undefined }
  | { readonly is: 'all' }

/** What is known of the world beside a policy's own objects. */
export type WorldFacts = Pick<Facts, 'namespace' | 'guard' | 'author' | 'exists' | 'use' | 'quota'>

/** A share of the watches that a policy's facts take. */
export interface World {
  readonly facts: WorldFacts
  /** Resolves when everything has been read once, or could not be: what is judged before is judged again. */
  readonly settled: Promise<void>
  /** Looks whether watches have failed or recovered. Costs no request. */
  inspect(): void
  /** No call comes after this one. Resolves when the watches that nobody else uses have ended. */
  close(): Promise<void>
}

export interface FactNeeds extends Needs {
  /** `undefined`: all. */
  readonly namespace: string | undefined
  /** The policy's target. */
  readonly kind: string
  readonly target: GroupVersionKind
}

/** Where facts come from. Until something is known, what is asked about it is unknown, which keeps objects. */
export interface FactSource {
  open(needs: FactNeeds, changed: (change: FactChange) => void): World
  /** Resolves when a kind has been installed, changed or removed, or when the signal aborts. */
  kindsChanged(signal: AbortSignal): Promise<void>
}
