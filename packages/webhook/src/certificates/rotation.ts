// When certificates are replaced, and in which steps: no I/O, no clock, no keys. The shell beside it (rotator.ts) does what is decided here.
import type { Validity } from './inspection.ts'
import type { RotationSettings } from './settings.ts'

/** The material of the Secret, as far as decisions go. `undefined` where a part cannot be used. */
export interface Holdings {
  readonly is: 'nothing' | 'steady' | 'announcing' | 'retiring'
  readonly authority: Validity | undefined
  readonly server: Validity | undefined
  /** Whether somebody asked for a new authority. */
  readonly asked: boolean
}

export interface Observations {
  /** Milliseconds since the epoch. */
  readonly now: number
  /** For how many milliseconds every target has been seen to carry both authorities. `undefined`: not yet. */
  readonly carriedFor: number | undefined
  /** For how many milliseconds the old authority has been seen to retire. */
  readonly retiredFor: number
}

export type Decision =
  /** Everything new at once: nothing works that could be kept working. */
  | { readonly do: 'begin'; readonly why: string }
  /** A new certificate of the same authority: nobody has to be told. */
  | { readonly do: 'renew-server'; readonly why: string }
  /** The next authority is made, and trusted from now on beside the present one. */
  | { readonly do: 'announce'; readonly why: string }
  /** The next authority's certificate serves; the old one stays trusted. */
  | { readonly do: 'switch'; readonly why: string }
  /** The old authority is trusted no more. */
  | { readonly do: 'retire'; readonly why: string }
  /** Nothing for so many milliseconds. */
  | { readonly do: 'wait'; readonly ms: number }

export function decide(held: Holdings, { now, carriedFor, retiredFor }: Observations, settings: RotationSettings): Decision {
  const { lookAhead, propagation, retirement, checkEvery } = settings
  const { authority, server } = held
  if (held.is === 'nothing') return { do: 'begin', why: 'there is none' }
  if (authority === undefined) return { do: 'begin', why: 'the authority cannot be used' }
  // The clock decides: "not yet valid" is what every client would say, too.
  if (!isValid(authority, now)) {
    return held.is === 'announcing'
      ? { do: 'switch', why: 'the authority has expired before the next one took over' }
      : { do: 'begin', why: 'the authority has expired' }
  }
  if (server === undefined)
    return { do: 'renew-server', why: 'the certificate cannot serve: it is broken, of another authority, or for other names' }
  if (!isValid(server, now)) return { do: 'renew-server', why: 'the certificate has expired' }
  switch (held.is) {
    case 'steady': {
      const authorityDue = authority.notAfter - lookAhead
      // One that its authority's end has cut short is renewed with it.
      const serverDue = server.notAfter >= authority.notAfter ? authorityDue : server.notAfter - lookAhead
      if (held.asked) return { do: 'announce', why: 'it was asked for' }
      if (now >= authorityDue) return { do: 'announce', why: 'the authority expires' }
      if (now >= serverDue) return { do: 'renew-server', why: 'the certificate expires' }
      return { do: 'wait', ms: Math.min(checkEvery, authorityDue - now, serverDue - now) }
    }
    case 'announcing':
      if (carriedFor === undefined) return { do: 'wait', ms: checkEvery }
      if (carriedFor < propagation) return { do: 'wait', ms: propagation - carriedFor }
      return { do: 'switch', why: 'every configuration trusts the next authority' }
    case 'retiring':
      if (retiredFor < retirement) return { do: 'wait', ms: retirement - retiredFor }
      return { do: 'retire', why: 'nobody has been served with its certificate for long enough' }
  }
}

function isValid({ notBefore, notAfter }: Validity, now: number): boolean {
  return notBefore <= now && now < notAfter
}
