import { setImmediate as breath } from 'node:timers/promises'
import type { KubeObject } from '@kubewright/core'
import type { StoreChange } from './store.ts'

/** Hears what happens to the objects of an informer: in order, one at a time; a promise that is returned is waited for. */
export interface EventHandler<T extends KubeObject> {
  /** `initial`: it was there when the informer, or this subscription, began. */
  add?(object: T, context: { readonly initial: boolean }): void | Promise<void>
  update?(old: T, object: T): void | Promise<void>
  /** `finalStateUnknown`: the deletion was not seen, and this is the last state known. */
  delete?(object: T, context: { readonly finalStateUnknown: boolean }): void | Promise<void>
}

type Notification<T extends KubeObject> = (StoreChange<T> & { readonly initial: boolean }) | { readonly type: 'synced' }

/** After so many notifications in a row the rest of the program gets a turn: half a million objects must not stop a lease renewal. */
const TURN = 500

/** One handler and what it has yet to hear. A handler that throws loses that notification, and nothing else. */
export class Listener<T extends KubeObject> {
  /** Resolves when the handler has been through everything that was there at the beginning; rejects when it is closed before. */
  readonly synced: Promise<void>
  readonly #handler: EventHandler<T>
  readonly #failed: (change: StoreChange<T>, error: unknown) => void
  readonly #settle: { readonly resolve: () => void; readonly reject: (error: Error) => void }
  #queue: Notification<T>[] = []
  #head = 0
  #state: 'idle' | 'delivering' | 'closed' = 'idle'
  #relieved: { readonly below: number; readonly tell: () => void } | undefined

  constructor(handler: EventHandler<T>, failed: (change: StoreChange<T>, error: unknown) => void) {
    this.#handler = handler
    this.#failed = failed
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    // Whoever wants to know waits for it; nobody has to.
    promise.catch(() => {})
    this.synced = promise
    this.#settle = { resolve, reject }
  }

  get backlog(): number {
    return this.#queue.length - this.#head
  }

  /** Delivers at once when nothing is under way. */
  push(notifications: readonly Notification<T>[]): void {
    if (this.#state === 'closed') return
    for (const notification of notifications) this.#queue.push(notification)
    if (this.#state === 'idle') this.#pump().catch((error: unknown) => this.#settle.reject(error as Error))
  }

  /** Resolves when fewer than that many notifications wait. */
  relief(below: number): Promise<void> {
    if (this.backlog < below || this.#state === 'closed') return Promise.resolve()
    return new Promise((tell) => {
      const earlier = this.#relieved?.tell
      this.#relieved = {
        below,
        tell: () => {
          earlier?.()
          tell()
        },
      }
    })
  }

  /** Nothing is delivered from now on. */
  close(): void {
    this.#state = 'closed'
    this.#queue = []
    this.#head = 0
    this.#settle.reject(new Error('the subscription was closed before it was in sync'))
    this.#relieved?.tell()
  }

  async #pump(): Promise<void> {
    this.#state = 'delivering'
    for (let delivered = 1; this.#head < this.#queue.length; delivered++) {
      const notification = this.#queue[this.#head++]!
      if (notification.type === 'synced') this.#settle.resolve()
      else {
        const pending = this.#deliver(notification)
        if (pending !== undefined) await pending
        else if (delivered % TURN === 0) await breath()
      }
      if (this.#isClosed()) return
      this.#tidy()
    }
    this.#state = 'idle'
  }

  /** Not `undefined` only for a handler that takes its time. */
  #deliver(change: Exclude<Notification<T>, { type: 'synced' }>): Promise<void> | undefined {
    try {
      const pending = this.#call(change)
      return pending?.catch((error: unknown) => this.#failed(change, error))
    } catch (error) {
      this.#failed(change, error)
      return undefined
    }
  }

  #call(change: Exclude<Notification<T>, { type: 'synced' }>): Promise<void> | undefined {
    switch (change.type) {
      case 'add':
        return this.#handler.add?.(change.object, { initial: change.initial }) ?? undefined
      case 'update':
        return this.#handler.update?.(change.old, change.object) ?? undefined
      case 'delete':
        return this.#handler.delete?.(change.object, { finalStateUnknown: change.finalStateUnknown }) ?? undefined
    }
  }

  #isClosed(): boolean {
    return this.#state === 'closed'
  }

  #tidy(): void {
    if (this.#head === this.#queue.length) {
      this.#queue = []
      this.#head = 0
    } else if (this.#head > 10_000) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
    if (this.#relieved !== undefined && this.backlog < this.#relieved.below) {
      this.#relieved.tell()
      this.#relieved = undefined
    }
  }
}
