import { isApiError, isForbidden, messageOf } from '@kubewright/core'
import { certificates } from './checks/certificates.ts'
import { leastSkew } from './checks/clock.ts'
import { deprecations } from './checks/deprecations.ts'
import { finalizers } from './checks/finalizers.ts'
import { kinds } from './checks/kinds.ts'
import { leases } from './checks/leases.ts'
import { rights } from './checks/rights.ts'
import { unusedRbac } from './checks/unused-rights.ts'
import { webhooks } from './checks/webhooks.ts'
import { connectionOf } from './connection.ts'
import type { Check, DoctorContext } from './context.ts'
import type { ExaminedCheck } from './examined.ts'
import type { Outcome } from './finding.ts'

const CHECKS: readonly Check[] = [kinds, rights, unusedRbac, webhooks, certificates, leases, finalizers, deprecations]

export interface Examination {
  readonly server: string
  /** Whether the server has answered; else nothing is known but why not. */
  readonly reached: boolean
  readonly programs: readonly string[]
  readonly checks: readonly ExaminedCheck[]
}

/**
 * Looks at everything, and writes nothing. `find` says which programs are looked at, once the server answers.
 * @throws ConnectionError
 */
export async function examine(
  context: Omit<DoctorContext, 'subjects' | 'serverNow'>,
  find: () => Promise<DoctorContext['subjects']>,
): Promise<Examination> {
  const { client, clock } = context
  const { outcomes, reached } = await connectionOf(context)
  const checks = outcomes.map(({ name, outcome }): ExaminedCheck => ({ check: name, outcome }))
  if (reached === undefined) return { server: client.server, reached: false, programs: [], checks }
  const ahead = leastSkew(reached.clock)
  const subjects = await find()
  const whole: DoctorContext = { ...context, subjects, serverNow: () => clock.now() - ahead }
  // One after the other: a cluster that is in trouble needs no crowd, and the answers are read in this order.
  for (const check of CHECKS) checks.push({ check: check.name, outcome: await outcomeOf(check, whole) })
  return { server: client.server, reached: true, programs: subjects.map(({ name }) => name), checks }
}

async function outcomeOf(check: Check, context: DoctorContext): Promise<Outcome> {
  try {
    return await check.run(context)
  } catch (error) {
    if (isForbidden(error)) return { is: 'skipped', why: `you may not look: ${error.message}` }
    if (!isApiError(error)) throw error
    // Who examines a server that is ill wants to know all that it still tells.
    const problem = `it does not answer what this check asks: ${messageOf(error)}`
    return { is: 'wrong', findings: [{ level: 'error', object: context.client.server, problem, mend: 'look at the API server’s log' }] }
  }
}
