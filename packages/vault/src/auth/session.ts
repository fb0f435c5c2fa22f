import { backoff, type Clock, sleepOrAbort } from '@kubewright/core'
import { z } from 'zod'
import { answerOf } from '../answers.ts'
import { isVaultError } from '../errors.ts'
import type { Transport } from '../transport/transport.ts'
import { type IssuedToken, issued, type Lease, NO_LEASE, renewalFailed, renewed, usable } from './lease.ts'
import { credentialOf, loginRequest, type VaultAuth } from './method.ts'

const Auth = z.object({ auth: z.object({ client_token: z.string(), lease_duration: z.number(), renewable: z.boolean() }) })
const Renewal = z.object({ auth: z.object({ lease_duration: z.number(), renewable: z.boolean() }) })
const LookUp = z.object({ data: z.object({ ttl: z.number(), renewable: z.boolean().default(false) }) })

export interface SessionOptions {
  readonly auth: VaultAuth
  readonly namespace: string | undefined
  readonly transport: Transport
  readonly clock: Clock
  readonly random: () => number
  /** Told of logins and renewals, for metrics and conditions. */
  readonly onEvent?: ((event: SessionEvent) => void) | undefined
}

export type SessionEvent =
  | { readonly is: 'loggedIn' | 'renewed' /** Wall-clock milliseconds; `undefined`: never. */; readonly expiresAt: number | undefined }
  | { readonly is: 'loginFailed' | 'renewalFailed' | 'revocationFailed'; readonly error: unknown }

/** One token for all callers of one identity: one login however many wait for it, renewed in the background while {@link run} runs. */
export class Session {
  readonly #options: SessionOptions
  #lease: Lease = NO_LEASE
  #login: Promise<string> | undefined
  #changed: (() => void) | undefined

  constructor(options: SessionOptions) {
    this.#options = options
  }

  /** A token that is good now. @throws VaultError when the login fails; the signal's reason when it aborts */
  async token(signal?: AbortSignal): Promise<string> {
    if (usable(this.#lease, this.#options.clock.monotonic())) return this.#lease.token
    return abortable(this.#logIn(), signal)
  }

  /** Vault refused this token: it is forgotten, if it is still the current one, and the next {@link token} logs in. */
  refused(token: string): void {
    if (this.#lease.is === 'held' && this.#lease.token === token) this.#become(NO_LEASE)
  }

  /** Renews the token, and replaces it before its maximum, until the signal aborts; then revokes it. Resolves when that is over; never rejects for Vault's sake. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options
    const pauses = backoff({ initial: 1_000, cap: 60_000, random })
    while (!signal.aborted) {
      const lease = this.#lease
      const now = clock.monotonic()
      if (lease.is === 'none' || lease.next === undefined) await this.#untilChanged(signal, undefined)
      else if (lease.next.at > now) await this.#untilChanged(signal, lease.next.at - now)
      else if (await this.#turn(lease, lease.next.do, signal, () => pauses.next(clock.monotonic()))) pauses.reset()
    }
    await this.revoke()
  }

  /** Gives back a token of ours. An unreachable Vault lets it expire by itself. */
  async revoke(): Promise<void> {
    const lease = this.#lease
    this.#become(NO_LEASE)
    if (lease.is === 'none' || !lease.own) return
    try {
      const { namespace } = this.#options
      const path = '/v1/auth/token/revoke-self'
      // Its last act on the way out of the process.
      await this.#options.transport.send({ method: 'POST', path, token: lease.token, namespace, timeoutMs: 3_000, repeatable: true })
    } catch (error) {
      // Batch tokens cannot be revoked, and one that is dead need not be.
      if (!isVaultError(error, 'invalid', 'invalidToken')) this.#options.onEvent?.({ is: 'revocationFailed', error })
    }
  }

  async #turn(lease: Lease & { is: 'held' }, what: 'renew' | 'login', signal: AbortSignal, pause: () => number): Promise<boolean> {
    const { clock, onEvent } = this.#options
    try {
      if (what === 'login') await abortable(this.#logIn(), signal)
      else await this.#renew(lease, signal)
      return true
    } catch (error) {
      if (signal.aborted) return false
      if (what === 'renew') onEvent?.({ is: 'renewalFailed', error })
      const current = this.#lease
      if (current.is === 'held' && current.token === lease.token) {
        const refused = what === 'renew' && isVaultError(error, 'invalidToken', 'permissionDenied', 'invalid', 'loginRefused')
        this.#become(renewalFailed(current, refused, clock.monotonic(), pause()))
      }
      return false
    }
  }

  async #renew(lease: Lease & { is: 'held' }, signal: AbortSignal): Promise<void> {
    const { transport, clock, random, namespace } = this.#options
    const path = '/v1/auth/token/renew-self'
    const call = { method: 'POST', path, body: {}, token: lease.token, namespace, repeatable: true, signal } as const
    // The lease is counted from before the call: it cannot be shorter than we think.
    const before = clock.monotonic()
    const { body } = await transport.send(call)
    const { auth } = answerOf(Renewal, body, transport.origin, 'auth/token/renew-self')
    if (this.#lease.is !== 'held' || this.#lease.token !== lease.token) return
    this.#become(renewed(this.#lease, auth.lease_duration * 1000, auth.renewable, before, random))
    this.#tell('renewed')
  }

  #logIn(): Promise<string> {
    this.#login ??= this.#loginOnce().finally(() => {
      this.#login = undefined
    })
    return this.#login
  }

  async #loginOnce(): Promise<string> {
    const { clock, random, onEvent } = this.#options
    const before = clock.monotonic()
    try {
      const token = await this.#issue()
      const old = this.#lease
      this.#become(issued(token, before, random))
      this.#tell('loggedIn')
      // The one that is replaced is given back; calls that still use it are repeated with the new one.
      if (old.is === 'held' && old.own && old.token !== token.token && usable(old, clock.monotonic())) this.#giveBack(old.token)
      return token.token
    } catch (error) {
      onEvent?.({ is: 'loginFailed', error })
      throw error
    }
  }

  #giveBack(token: string): void {
    const { transport, namespace, onEvent } = this.#options
    const call = { method: 'POST', path: '/v1/auth/token/revoke-self', token, namespace, timeoutMs: 3_000, repeatable: true } as const
    transport.send(call).catch((error: unknown) => {
      if (!isVaultError(error, 'invalid', 'invalidToken')) onEvent?.({ is: 'revocationFailed', error })
    })
  }

  async #issue(): Promise<IssuedToken> {
    const { auth, transport, namespace } = this.#options
    if (auth.method === 'token') {
      const token = (await credentialOf(auth.token)).trim()
      const { body } = await transport
        .send({ method: 'GET', path: '/v1/auth/token/lookup-self', token, namespace })
        .catch((error: unknown) => {
          // A token without the default policy may not look at itself: it is taken as it is.
          if (isVaultError(error, 'permissionDenied')) return { body: { data: { ttl: 0 } } }
          throw error
        })
      const { data } = answerOf(LookUp, body, transport.origin, 'auth/token/lookup-self')
      return { token, ttlMs: data.ttl * 1000, renewable: data.renewable, own: false }
    }
    const { path, body } = await loginRequest(auth)
    // A login may be done twice; the token of the lost answer expires unused.
    const answer = await transport.send({ method: 'POST', path, body, namespace, repeatable: true })
    const issue = answerOf(Auth, answer.body, transport.origin, path).auth
    return { token: issue.client_token, ttlMs: issue.lease_duration * 1000, renewable: issue.renewable, own: true }
  }

  #tell(is: 'loggedIn' | 'renewed'): void {
    const { clock, onEvent } = this.#options
    if (this.#lease.is !== 'held') return
    const left = this.#lease.expiresAt - clock.monotonic()
    onEvent?.({ is, expiresAt: Number.isFinite(left) ? clock.now() + left : undefined })
  }

  #become(lease: Lease): void {
    this.#lease = lease
    this.#changed?.()
  }

  /** Until the lease is another one, the time has passed, or the signal aborts. */
  async #untilChanged(signal: AbortSignal, ms: number | undefined): Promise<void> {
    const woken = new AbortController()
    this.#changed = () => woken.abort()
    try {
      const either = AbortSignal.any([signal, woken.signal])
      await (ms === undefined ? aborted(either) : sleepOrAbort(ms, { clock: this.#options.clock, signal: either }))
    } finally {
      this.#changed = undefined
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

/** The login goes on for the others who wait for it. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
