import type { Clock, KubeObject, Reachability } from 'kubewright'
import type { FactSource } from '../facts/fact-source.ts'
import type { Preparation } from '../judgement/opinion.ts'
import type { ReadyPolicy } from '../policy/policy.ts'
import type { Tracker } from '../tracker/tracker.ts'
import type { TargetSource } from './target-source.ts'

/** What a {@link PolicyRun} works with, and whom it tells. */
export interface RunEnvironment {
  readonly tracker: Tracker
  readonly source: TargetSource
  readonly facts: FactSource
  readonly clock: Clock
  readonly reachability: Pick<Reachability, 'failed' | 'whenDecided' | 'pause'>
  /** Whether the kind is namespaced. @throws KindNotFoundError, ApiError or ConnectionError */
  isNamespaced(kind: ReadyPolicy['target']['kind'], signal: AbortSignal): Promise<boolean>
  /** Something changed: there may be work, and another status. */
  changed(): void
  /** It is in another state. */
  entered(): void
  /** Something else has put objects into another light: `refresh` of the run is to be called before anything is deleted. */
  outdated(): void
  evaluated(milliseconds: number): void
  /** An object came that was not there when the policy began. */
  appeared?(object: KubeObject): void
  /** What has to be written on the object first; `undefined`: nothing. */
  prepare?(object: KubeObject, preparation: Preparation | undefined): void
  /** The object is no longer in the target. */
  left?(uid: string): void
}
