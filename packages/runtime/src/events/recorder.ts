import type { KubeObject } from '@kubewright/core'

/** What a controller has to say about an object, for the people who run `kubectl describe` and `kubectl events`. */
export interface EventNote {
  /** @default 'Normal' */
  readonly type?: 'Normal' | 'Warning'
  /** Why, for programs: CamelCase, at most 128 characters. */
  readonly reason: string
  /** What was done or tried: CamelCase, at most 128 characters. @default the reason */
  readonly action?: string
  /** For people; cut at 1024 bytes. Never a secret. */
  readonly note: string
  /** Another object that it is about. */
  readonly related?: KubeObject
}

/** Never waits and never throws: an event is a courtesy, and must not fail the work it tells about. */
export interface EventRecorder {
  event(regarding: KubeObject, note: EventNote): void
}
