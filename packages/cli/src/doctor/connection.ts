import { isApiError, isConnectionError, isForbidden, isNotFound, isUnauthorized, messageOf, parseTime } from '@kubewright/core'
import { tooOld } from '../program/server-version.ts'
import { type ClockFacts, clockFindings } from './checks/clock.ts'
import type { DoctorContext } from './context.ts'
import { type Finding, type Outcome, outcomeOf } from './finding.ts'

export interface Connection {
  readonly outcomes: readonly { readonly name: string; readonly outcome: Outcome }[]
  /** Absent when nothing else can be asked. */
  readonly reached?: { readonly version: string; readonly user: string; readonly clock: ClockFacts }
}

const TIMELESS: Outcome = { is: 'skipped', why: 'the API server does not tell its time' }

interface Review {
  readonly metadata?: { readonly creationTimestamp?: string }
  readonly status?: { readonly userInfo?: { readonly username?: string } }
}

/** Can the server be reached, does it know us, is it ready, how old is it, and what time is it there? */
export async function connectionOf({ client, clock, signal }: Pick<DoctorContext, 'client' | 'clock' | 'signal'>): Promise<Connection> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
  try {
    const { gitVersion } = await client.request<{ readonly gitVersion: string }>('GET', '/version', { signal })
    const sentAt = clock.now()
    // The one object that says the server's time to everybody, and stores nothing.
    const review = await client
      .request<Review>('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body, signal })
      .catch((error: unknown) => {
        // Unknown before 1.28; refused where somebody has taken away what everybody may do.
        if (isNotFound(error) || isForbidden(error)) return undefined
        throw error
      })
    const serverTime = parseTime(review?.metadata?.creationTimestamp ?? '')
    const facts = { sentAt, receivedAt: clock.now(), serverTime: serverTime ?? sentAt }
    const user = review?.status?.userInfo?.username ?? 'unknown'
    const findings = [...versionFindings(gitVersion), ...(await readinessFindings(client, signal))]
    return {
      outcomes: [
        { name: 'connection', outcome: outcomeOf(findings, `${client.server}, Kubernetes ${gitVersion}, as ${user}`) },
        { name: 'clock', outcome: serverTime === undefined ? TIMELESS : outcomeOf(clockFindings(facts), 'as the server’s') },
      ],
      reached: { version: gitVersion, user, clock: facts },
    }
  } catch (error) {
    signal.throwIfAborted()
    return { outcomes: [{ name: 'connection', outcome: { is: 'wrong', findings: [failure(client.server, error)] } }] }
  }
}

function failure(server: string, error: unknown): Finding {
  const found = (problem: string, mend: string): Finding => ({ level: 'error', object: server, problem, mend })
  if (isUnauthorized(error))
    return found('it does not accept the credentials (401)', 'log in again, or correct the user that the kubeconfig’s context names')
  if (isConnectionError(error))
    return found(
      `it cannot be reached: ${messageOf(error)}`,
      'look at the address and the authority of the context: kubectl config view --minify',
    )
  if (isApiError(error)) return found(messageOf(error), 'look at the API server’s log')
  throw error
}

function versionFindings(version: string): readonly Finding[] {
  const age = tooOld(version)
  return age === undefined ? [] : [{ level: 'warning', object: 'API server', ...age }]
}

async function readinessFindings(client: DoctorContext['client'], signal: AbortSignal): Promise<readonly Finding[]> {
  try {
    await client.request('GET', '/readyz', { signal, retry: false })
    return []
  } catch (error) {
    // Who may not ask does not know.
    if (!isApiError(error) || error.code < 500) return []
    return [
      {
        level: 'error',
        object: 'API server',
        problem: `it says that it is not ready: ${messageOf(error)}`,
        mend: 'kubectl get --raw "/readyz?verbose" shows which part of it is not',
      },
    ]
  }
}
