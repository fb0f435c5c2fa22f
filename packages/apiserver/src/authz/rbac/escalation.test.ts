import { expect, test } from 'vitest'
import type { Attributes } from '../attributes.ts'
import type { Authorizer } from '../authorizer.ts'
import { EscalationGuard, type GuardedWrite } from './escalation.ts'
import type { RbacPolicy } from './policy.ts'

const GROUP = 'rbac.authorization.k8s.io'
const nothingHeld = { rules: () => ({ rules: [], errors: [] }) } as unknown as RbacPolicy
const mayEscalate = (name: string): Authorizer => ({
  decide: (asked: Attributes) => ({
    allowed: asked.is === 'resource' && asked.verb === 'escalate' && asked.name === name,
    reason: '',
  }),
  rules: () => ({ rules: [], errors: [] }),
})

const write = (requestedName: string): GuardedWrite => ({
  user: { name: 'ann', groups: [] },
  resource: { group: GROUP, plural: 'clusterroles' },
  target: { namespace: undefined, name: 'deployer' },
  requestedName,
  object: { metadata: { name: 'deployer' }, rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] },
  old: undefined,
})

test('the right to escalate one role by its name is none to create that role: a POST names nobody', () => {
  const guard = new EscalationGuard(nothingHeld, mayEscalate('deployer'))
  expect(() => guard.check(write(''))).toThrow(/attempting to grant RBAC permissions not currently held/)
  expect(() => guard.check(write('deployer'))).not.toThrow()
})
