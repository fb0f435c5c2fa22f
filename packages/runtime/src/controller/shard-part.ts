import type { KubeObject } from '@kubewright/core'
import type { Family, Shards } from '../sharding/shards.ts'
import type { WriteGuard } from '../writes/write-guard.ts'
import type { ControllerEngine } from './engine.ts'
import { NotOursError } from './errors.ts'
import { MissedKeys } from './missed-keys.ts'
import { requestOf } from './request.ts'

/** A controller's part in the sharing of objects among replicas. */
export class ShardPart<T extends KubeObject> {
  readonly #engine: ControllerEngine<T>
  readonly shards: Shards | undefined
  readonly #missed: MissedKeys | undefined

  constructor(engine: ControllerEngine<T>) {
    this.#engine = engine
    this.shards = engine.spec.sharded ? engine.manager.shards : undefined
    const { clock } = engine.manager
    this.#missed = this.shards && new MissedKeys({ clock, span: this.shards.leaseDuration })
  }

  /** Something happened to what is another replica's. */
  missed(key: string): void {
    this.#missed?.note(key)
  }

  owns(key: string): boolean {
    return this.shards?.owns(this.familyOf(key)) ?? true
  }

  familyOf(key: string): Family {
    const { cluster, namespace, name } = requestOf(key)
    const { group, kind } = this.#engine.spec.kind
    return { cluster, group, kind, namespace, name }
  }

  /** Refuses writes for an object that has become another's: by the clock, right before they are sent. */
  fence(key: string): WriteGuard {
    return {
      before: () => {
        if (!this.owns(key)) throw new NotOursError('not written: another replica may work on the object by now')
      },
    }
  }

  /** Takes part in moves. Returns the function that ends it. */
  join(): () => void {
    const { queue, attempts } = this.#engine
    return (
      this.shards?.subscribe({
        gained: (families) => {
          const isGained = (key: string) => families(this.familyOf(key))
          const missed = new Set(this.#missed?.take(isGained))
          this.#engine.lookAt(missed)
          this.#engine.lookAtAll((key) => !missed.has(key) && isGained(key))
        },
        lost: async (families) => {
          const isLost = (key: string) => families(this.familyOf(key))
          queue.takeOut(isLost)
          attempts.abort(isLost, new NotOursError('another replica works on the object from now on'))
          await queue.settled(isLost)
        },
      }) ?? (() => {})
    )
  }
}
