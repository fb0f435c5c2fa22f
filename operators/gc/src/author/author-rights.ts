import { type Client, type Clock, type GroupVersionKind, isForbidden, type Kind, type KubeObject, messageOf } from 'kubewright'
import type { FactChange } from '../facts/fact-source.ts'
import { type AuthorRight, type Fact, known, unknown } from '../facts/facts.ts'
import { mayDo } from './access-review.ts'
import type { Author } from './author.ts'

/** A right that was withdrawn is noticed so soon, at the latest. */
const GOOD_FOR = 60_000
const RETRY = 10_000

export interface AuthorRightsEnvironment {
  readonly client: Client
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** A policy's share. */
export interface RightsOfAuthor {
  in(namespace: string | undefined): Fact<AuthorRight>
  inspect(): void
  close(): Promise<void>
}

type Answer =
  | { readonly is: 'told'; readonly right: AuthorRight }
  | { readonly is: 'failed'; readonly reason: string; readonly until: number }

/** Whether those who wrote policies may delete what these are about. Asks the API server when somebody wants to know, and not before. */
export class AuthorRights {
  readonly #environment: AuthorRightsEnvironment

  constructor(environment: AuthorRightsEnvironment) {
    this.#environment = environment
  }

  of(author: Author, kind: GroupVersionKind, changed: (change: FactChange) => void): RightsOfAuthor {
    const { client, clock } = this.#environment
    const answers = new Map<string | undefined, Answer>()
    const asking = new Map<string | undefined, Promise<void>>()
    const closing = new AbortController()
    const signal = AbortSignal.any([this.#environment.signal, closing.signal])
    const ask = async (namespace: string | undefined) => {
      try {
        const { type } = await client.resource(kind as Kind<KubeObject>, { signal })
        const right = { verb: 'delete', group: type.group, resource: type.plural, namespace } as const
        const allowed = await mayDo(client, author, right, signal)
        answers.set(namespace, { is: 'told', right: { allowed, author: author.user, until: clock.now() + GOOD_FOR } })
      } catch (error) {
        const mend = isForbidden(error) ? ': grant the operator "create" on subjectaccessreviews' : ''
        const reason = `the rights of ${author.user}, who wrote the policy, cannot be looked up${mend}: ${messageOf(error)}`
        answers.set(namespace, { is: 'failed', reason, until: clock.now() + RETRY })
      } finally {
        asking.delete(namespace)
      }
      if (!signal.aborted) changed({ is: 'rights', namespace })
    }
    const begin = (namespace: string | undefined) => {
      if (!asking.has(namespace) && !signal.aborted) asking.set(namespace, ask(namespace))
    }
    return {
      in(namespace) {
        const answer = answers.get(namespace)
        if (answer?.is === 'told' && clock.now() < answer.right.until) return known(answer.right)
        if (answer?.is === 'failed' && clock.now() < answer.until) return unknown(answer.reason)
        begin(namespace)
        return unknown(`the rights of ${author.user}, who wrote the policy, are being looked up`)
      },
      // Nobody asks again by itself about what could not be told.
      inspect() {
        for (const [namespace, answer] of answers) if (answer.is === 'failed' && clock.now() >= answer.until) begin(namespace)
      },
      async close() {
        closing.abort(new Error('the policy changed or went'))
        await Promise.all(asking.values())
      },
    }
  }
}
