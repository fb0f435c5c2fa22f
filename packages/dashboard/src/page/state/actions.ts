import { useEffect, useState } from 'preact/hooks'
import { ACTIONS_TOKEN_HEADER } from '../../model/action-token.ts'

/** What the program said of the last action. */
export interface Said {
  readonly isDone: boolean
  readonly message: string
}

/** Sends actions with the token, which is kept as long as the page is open and nowhere else. One for the page, handed down from its root. */
export class Actions {
  #token: string | undefined
  #said: Said | undefined
  readonly #listeners = new Set<() => void>()

  get allowed(): boolean {
    return this.#token !== undefined
  }

  get said(): Said | undefined {
    return this.#said
  }

  /** Whether this is the token; then it is kept. */
  async unlock(token: string): Promise<Said> {
    const said = await send('check', {}, token)
    if (said.isDone) this.#token = token
    this.#tell(said.isDone ? undefined : this.#said)
    return said
  }

  lock(): void {
    this.#token = undefined
    this.#tell(undefined)
  }

  async take(action: 'requeue' | 'pause' | 'resume', parameters: Readonly<Record<string, string>>): Promise<void> {
    if (this.#token !== undefined) this.#tell(await send(action, parameters, this.#token))
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #tell(said: Said | undefined): void {
    this.#said = said
    for (const listener of this.#listeners) listener()
  }
}

async function send(action: string, parameters: Readonly<Record<string, string>>, token: string): Promise<Said> {
  try {
    const answer = await fetch(`/api/actions/${action}?${new URLSearchParams(parameters)}`, {
      method: 'POST',
      headers: { [ACTIONS_TOKEN_HEADER]: token },
    })
    const { message } = (await answer.json()) as { readonly message: string }
    return { isDone: answer.ok, message }
  } catch (error) {
    return { isDone: false, message: `the program does not answer: ${error instanceof Error ? error.message : String(error)}` }
  }
}

/** Draws anew when something is allowed, or was said. */
export function useActions(actions: Actions): Actions {
  const [, draw] = useState(0)
  useEffect(() => actions.subscribe(() => draw((times) => times + 1)), [actions])
  return actions
}
