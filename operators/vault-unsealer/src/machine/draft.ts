import type { VaultFailure } from '@kubewright/vault'
import { backoff } from './limits.ts'
import type { Node, Note, Standing, StandingReason, World } from './model.ts'

/** A step in the making. */
export interface Draft {
  node: Node
  readonly notes: Note[]
  readonly world: World
  readonly now: number
}

/** Nothing is done for so long. `patient`: changes around the node do not shorten it. */
export function rest(draft: Draft, ms: number, standing: Standing, patient = false): Draft {
  draft.node = { ...draft.node, standing, doing: { is: 'resting', until: draft.now + ms, patient } }
  return draft
}

/** The same, said in short. */
export function hold(draft: Draft, ms: number, state: Standing['state'], reason: StandingReason, message: string): Draft {
  return rest(draft, ms, { state, reason, message })
}

/** A call failed, and what it was to do has not happened, or does not matter. */
export function failed(draft: Draft, failure: VaultFailure): Draft {
  const { node, world, now } = draft
  const failures = node.failures + 1
  draft.node = { ...node, failures, checkedAt: now, ...(failure.is === 'timeout' ? {} : { silentSince: undefined }) }
  return rest(draft, backoff(failures, world.random), standingOf(failure))
}

function standingOf(failure: VaultFailure): Standing {
  switch (failure.is) {
    case 'tls':
      return { state: 'Unreachable', reason: 'TLSFailure', message: tlsMessage(failure.code) }
    case 'unreachable':
      return {
        state: 'Unreachable',
        reason: 'Unreachable',
        message: `no connection (${failure.code}): is the container running, and the port right?`,
      }
    case 'timeout':
      return { state: 'Unreachable', reason: 'Busy', message: `no answer within ${failure.afterMs} ms` }
    case 'notVault':
      return {
        state: 'Unknown',
        reason: 'NotVault',
        message: 'what answers is no Vault: is there a proxy or another server at this address? Nothing was sent',
      }
    case 'removed':
      return {
        state: 'Sealed',
        reason: 'RemovedFromCluster',
        message: 'it was removed from its cluster: empty its data directory and let it join again, or delete it',
      }
    case 'notInitialized':
      return { state: 'Uninitialized', reason: 'Uninitialized', message: 'it is not initialised' }
    default:
      return { state: 'Unknown', reason: 'VaultError', message: `it answered with a failure (${failure.is}): see its log` }
  }
}

/** By the codes of Node's TLS. */
function tlsMessage(code: string): string {
  const [what, mend] = TLS_FAILURES.find(([pattern]) => pattern.test(code))?.slice(1) ?? ['the handshake failed', 'check both sides']
  return `TLS: ${what} (${code}): ${mend}. Nothing was sent`
}

const TLS_FAILURES: readonly (readonly [pattern: RegExp, what: string, mend: string])[] = [
  [/ALTNAME/, 'the certificate is for other names', 'set spec.vault.tlsServerName to one of them'],
  [/EXPIRED/, 'the certificate has expired', 'renew it'],
  [/NOT_YET/, 'the certificate is not valid yet', 'check the clocks'],
  [/SELF_SIGNED|UNABLE_TO|INVALID_CA/, 'the certificate is not signed by a CA that is trusted here', 'check spec.vault.caBundleSecretRef'],
  [/TLS_MATERIAL/, 'the CA, certificate or key is not valid PEM', 'check the Secrets of spec.vault'],
  [/ALERT|HANDSHAKE/, 'the server refused the handshake', 'it may ask for a client certificate: see spec.vault.clientCertSecretRef'],
  [/WRONG_VERSION|EPROTO/, 'no TLS is spoken there', 'check the scheme and port of spec.vault.url'],
]
