import { type Context, conditionsHold, withVariables } from './conditions.ts'
import type { PolicyDocument, PrincipalSelection, Selection, Statement } from './document.ts'
import { matchesAction, matchesPattern } from './pattern.ts'

export interface PolicyQuestion {
  readonly action: string
  readonly resource: string
  readonly context: Context
  /** How the caller may be named in a policy of a resource, by kind; empty for anonymous. */
  readonly names: PrincipalNames
}

export interface PrincipalNames {
  /** ARNs and ids, exactly as they may stand in `AWS`, by which a statement that denies reaches him. */
  readonly aws: readonly string[]
  /** By which one that allows does: granting to a whole account leaves it to that account whom of its people it lets. @default `aws` */
  readonly granted?: readonly string[]
  readonly canonicalUser?: string
  readonly federated?: string
}

export type Verdict = 'allow' | 'deny' | 'none'

/** Deny wins. */
export function evaluate(documents: readonly PolicyDocument[], question: PolicyQuestion): Verdict {
  let verdict: Verdict = 'none'
  for (const document of documents) {
    for (const statement of document.statements) {
      if (!applies(statement, document.version, question)) continue
      if (statement.effect === 'Deny') return 'deny'
      verdict = 'allow'
    }
  }
  return verdict
}

function applies(statement: Statement, version: string, { action, resource, context, names }: PolicyQuestion): boolean {
  return (
    selects(statement.actions, (pattern) => matchesAction(pattern, action)) &&
    (statement.resources === undefined ||
      selects(statement.resources, (pattern) => matchesPattern(withVariables(pattern, context, version), resource))) &&
    (statement.principals === undefined ||
      selectsPrincipal(statement.principals, statement.effect === 'Allow' ? { ...names, aws: names.granted ?? names.aws } : names)) &&
    conditionsHold(statement.conditions, context, version)
  )
}

const selects = ({ except, patterns }: Selection, matches: (pattern: string) => boolean) => patterns.some(matches) !== except

function selectsPrincipal({ except, by }: PrincipalSelection, names: PrincipalNames): boolean {
  const found = Object.entries(by).some(([kind, listed]) =>
    listed.some((each) => {
      if (kind === 'AWS') return each === '*' || names.aws.includes(accountRoot(each))
      if (kind === 'CanonicalUser') return each === names.canonicalUser
      return kind === 'Federated' && each === names.federated
    }),
  )
  return found !== except
}

/** A bare account id stands for its root. */
const accountRoot = (principal: string) => (/^\d{12}$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal)

/**
 * Whether it lets in people whom nobody can name: what PublicAccessBlock refuses and GetBucketPolicyStatus tells. A condition on a fixed source makes it private.
 */
export function isPublic({ statements }: PolicyDocument): boolean {
  const confining = [
    'aws:sourceip',
    'aws:sourcearn',
    'aws:sourcevpc',
    'aws:sourcevpce',
    'aws:sourceaccount',
    'aws:principalarn',
    'aws:principalorgid',
    'aws:userid',
    's3:dataaccesspointarn',
  ]
  return statements.some(
    ({ effect, principals, conditions }) =>
      effect === 'Allow' &&
      principals !== undefined &&
      (principals.except || principals.by['AWS']?.includes('*') === true) &&
      !conditions.some(
        ({ key, values, operator }) =>
          confining.includes(key.toLowerCase()) &&
          !/not/i.test(operator) &&
          !values.some((value) => value === '*' || value === '0.0.0.0/0'),
      ),
  )
}
