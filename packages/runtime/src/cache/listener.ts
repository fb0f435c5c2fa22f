import { setImmediate as breath } from 'node:timers/promises'
import type { KubeObject } from '@kubewright/core'
import type { StoreChange } from './store.ts'

/** Hears what happens to the objects of an informer: in order, one at a time; a promise that is returned is waited for. */
export interface EventHandler<T extends KubeObject> {
  /** `initial`: it was there when the informer, or this subscription, began. */
  add?(object: T, context: Addition): void | Promise<void>
  /** With `resync`, the same object twice means that nothing happened but that it is time to look at it again. */
  update?(old: T, object: T): void | Promise<void>
  /** `finalStateUnknown`: the deletion was not seen, and this is the last state known. */
  delete?(object: T, context: { readonly finalStateUnknown: boolean }): void | Promise<void>
  /** The history was lost, everything was listed anew, and what that changed has been heard: what came and went in between nobody can tell. */
  relisted?(): void | Promise<void>
}

export interface Addition {
  readonly initial: boolean
  /** Its informer keeps keys, and it came before this handler did: no more than its key is known here. */
  readonly keyOnly?: boolean
}

/** Changes that are heard one after the other; the same batch is shared by all listeners. */
interface Batch<T extends KubeObject> {
  readonly changes: readonly StoreChange<T>[]
  readonly how: Addition
}

const NEWS: Addition = { initial: false }

/** After so many notifications in a row the rest of the program gets a turn: half a million objects must not stop a lease renewal. */
const TURN = 500

/** One handler and what it has yet to hear. A handler that throws loses that notification, and nothing else. */
export class Listener<T extends KubeObject> {
  /** Resolves when the handler has been through everything that was there at the beginning; rejects when it is closed before. */
  readonly synced: Promise<void>
  readonly #handler: EventHandler<T>
  readonly #failed: (change: StoreChange<T> | undefined, error: unknown) => void
  readonly #settle: { readonly resolve: () => void; readonly reject: (error: Error) => void }
  #queue: (Batch<T> | 'synced' | 'relisted')[] = []
  #backlog = 0
  #state: 'idle' | 'delivering' | 'closed' = 'idle'
  #relieved: readonly { readonly below: number; readonly tell: () => void }[] = []

  constructor(handler: EventHandler<T>, failed: (change: StoreChange<T> | undefined, error: unknown) => void) {
    this.#handler = handler
    this.#failed = failed
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    // Whoever wants to know waits for it; nobody has to.
    promise.catch(() => {})
    this.synced = promise
    this.#settle = { resolve, reject }
  }

  /** Changes that it has yet to hear. */
  get backlog(): number {
    return this.#backlog
  }

  /** Delivers at once when nothing is under way. */
  push(changes: readonly StoreChange<T>[], how: Addition = NEWS): void {
    if (changes.length > 0) this.#enqueue({ changes, how }, changes.length)
  }

  /** Everything that was there at the beginning has been pushed. */
  markSynced(): void {
    this.#enqueue('synced', 0)
  }

  /** What a list anew has changed has been pushed. */
  markRelisted(): void {
    if (this.#handler.relisted !== undefined) this.#enqueue('relisted', 0)
  }

  /** Resolves when fewer than that many changes wait. */
  relief(below: number): Promise<void> {
    if (this.#backlog < below || this.#state === 'closed') return Promise.resolve()
    return new Promise((tell) => {
      this.#relieved = [...this.#relieved, { below, tell }]
    })
  }

  /** Nothing is delivered from now on. */
  close(): void {
    this.#state = 'closed'
    this.#queue = []
    this.#backlog = 0
    this.#settle.reject(new Error('the subscription was closed before it was in sync'))
    this.#relieve()
  }

  #enqueue(item: Batch<T> | 'synced' | 'relisted', size: number): void {
    if (this.#state === 'closed') return
    this.#queue.push(item)
    this.#backlog += size
    if (this.#state === 'idle') this.#pump().catch((error: unknown) => this.#settle.reject(error as Error))
  }

  async #pump(): Promise<void> {
    this.#state = 'delivering'
    let delivered = 0
    while (this.#queue.length > 0) {
      const items = this.#queue
      this.#queue = []
      for (const item of items) {
        if (item === 'synced') {
          this.#settle.resolve()
          continue
        }
        if (item === 'relisted') {
          await this.#relisted()
          if (this.#isClosed()) return
          continue
        }
        for (const change of item.changes) {
          const pending = this.#deliver(change, item.how)
          if (pending !== undefined) await pending
          else if (++delivered % TURN === 0) await breath()
          if (this.#isClosed()) return
          this.#backlog--
          this.#relieve()
        }
      }
    }
    this.#state = 'idle'
  }

  async #relisted(): Promise<void> {
    try {
      await this.#handler.relisted?.()
    } catch (error) {
      this.#failed(undefined, error)
    }
  }

  /** Not `undefined` only for a handler that takes its time. */
  #deliver(change: StoreChange<T>, how: Addition): Promise<void> | undefined {
    try {
      return this.#call(change, how)?.catch((error: unknown) => this.#failed(change, error))
    } catch (error) {
      this.#failed(change, error)
      return undefined
    }
  }

  #call(change: StoreChange<T>, how: Addition): Promise<void> | undefined {
    switch (change.type) {
      case 'add':
        return this.#handler.add?.(change.object, how) ?? undefined
      case 'update':
        return this.#handler.update?.(change.old, change.object) ?? undefined
      case 'delete':
        return this.#handler.delete?.(change.object, { finalStateUnknown: change.finalStateUnknown }) ?? undefined
    }
  }

  #isClosed(): boolean {
    return this.#state === 'closed'
  }

  #relieve(): void {
    if (this.#relieved.length === 0) return
    const due = this.#relieved.filter(({ below }) => this.#backlog < below)
    if (due.length === 0) return
    this.#relieved = this.#relieved.filter((waiting) => !due.includes(waiting))
    for (const { tell } of due) tell()
  }
}
