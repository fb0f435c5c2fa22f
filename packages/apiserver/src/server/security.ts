import { Authenticator } from '../authn/authenticator.ts'
import { type ServiceAccountOptions, ServiceAccountTokens, type ServiceAccountTokensContext } from '../authn/service-account-tokens.ts'
import type { User } from '../authn/user.ts'
import { type AuthorizationMode, type Authorizer, alwaysAllow, anyOf, privilegedGroup } from '../authz/authorizer.ts'
import { EscalationGuard } from '../authz/rbac/escalation.ts'
import { RbacPolicy } from '../authz/rbac/policy.ts'

export interface SecurityOptions extends ServiceAccountTokensContext {
  readonly tokens: ReadonlyMap<string, User>
  readonly modes: readonly AuthorizationMode[]
  readonly serviceAccounts: ServiceAccountOptions | undefined
}

/** Who may do what, put together from the server's options. */
export interface Security {
  readonly authenticator: Authenticator
  readonly authorizer: Authorizer
  readonly guard: EscalationGuard
  readonly tokens: ServiceAccountTokens
  stop(): void
}

/** @throws ConfigurationError for keys that are none */
export function securityOf({ tokens, modes, serviceAccounts, ...context }: SecurityOptions): Security {
  const accounts = new ServiceAccountTokens(context, serviceAccounts)
  const policy = new RbacPolicy(context.store)
  const authorizers = modes.map((mode) => (mode === 'RBAC' ? policy : alwaysAllow))
  const authorizer = modes.includes('RBAC') ? anyOf([privilegedGroup, ...authorizers]) : anyOf(authorizers)
  return {
    authenticator: new Authenticator(tokens, accounts),
    authorizer,
    guard: new EscalationGuard(policy, authorizer),
    tokens: accounts,
    stop: policy.start(),
  }
}
