import { useEffect, useState } from 'preact/hooks'
import { type Connection, connect } from './connection.ts'
import { EMPTY, lookingAt, type Model, withFrame, withSnapshot } from './model.ts'

export interface State {
  readonly model: Model
  readonly connection: Connection
}

/** Holds the page's state and tells those who show it. One for the page, handed down from its root. */
export class Store {
  #state: State = { model: EMPTY, connection: { is: 'connecting' } }
  readonly #listeners = new Set<() => void>()

  get state(): State {
    return this.#state
  }

  connect(): void {
    connect({
      snapshot: (snapshot) => this.#set({ model: withSnapshot(this.#state.model, snapshot) }),
      frame: (frame) => this.#set({ model: withFrame(this.#state.model, frame) }),
      changed: (connection) => this.#set({ connection }),
    })
  }

  lookAt(id: string): void {
    this.#set({ model: lookingAt(this.#state.model, id) })
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #set(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change }
    for (const listener of this.#listeners) listener()
  }
}

export function useStore(store: Store): State {
  const [state, setState] = useState(store.state)
  useEffect(() => {
    setState(store.state)
    return store.subscribe(() => setState(store.state))
  }, [store])
  return state
}
