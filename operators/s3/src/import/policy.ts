import { isFields, type ManifestReader, messageOf } from 'kubewright'
import { wirePolicy } from '../canonical/policy-spec.ts'
import type { Conversion } from './conversion.ts'

const ELEMENTS = ['sid', 'effect', 'principal', 'notPrincipal', 'action', 'notAction', 'resource', 'notResource', 'condition'] as const
/** A policy of IAM is of whoever has it. */
const OF_BUCKETS: readonly string[] = ['principal', 'notPrincipal']

export interface PolicyOptions {
  readonly field: string
  /** Names a principal as it can be named here. @default policies of IAM, which have no principal */
  readonly principal?: (principal: unknown) => unknown
}

/** A policy in our spelling; `undefined` when there is none, or when it says nothing. */
export function policyOf(conversion: Conversion, { field, principal }: PolicyOptions): object | undefined {
  if (!conversion.spec.has(field)) return undefined
  const policy = conversion.spec.child(field)
  const statement = policy.children(nameIn(policy, 'statement')).map((each) => statementOf(conversion, each, principal))
  const version = policy.text(nameIn(policy, 'version')) ?? '2012-10-17'
  const id = policy.text(nameIn(policy, 'id'))
  if (statement.length === 0) {
    conversion.warn(`spec.${field} has no statement and is left out: it says nothing`)
    return undefined
  }
  const converted = { version, ...(id !== undefined && { id }), statement }
  try {
    wirePolicy(converted as Parameters<typeof wirePolicy>[0])
  } catch (error) {
    conversion.warn(`spec.${field}: as it is, it will be refused: ${messageOf(error)}`)
  }
  return converted
}

function statementOf(conversion: Conversion, statement: ManifestReader, principal: PolicyOptions['principal']): object {
  const entries = ELEMENTS.flatMap((element) => {
    const value = statement.get(nameIn(statement, element))
    // What was left empty there was left out of what was sent.
    if (value === undefined || value === '' || (isFields(value) && Object.keys(value).length === 0)) return []
    if (!OF_BUCKETS.includes(element)) return [[element, value] as const]
    if (principal !== undefined) return [[element, principal(value)] as const]
    conversion.warn(`${statement.path}.${element} is left out: a policy of IAM is of whoever has it, and names nobody`)
    return []
  })
  return Object.fromEntries(entries)
}

/** Manifests have elements in lower case, and, where nothing checked them, as AWS writes them. */
function nameIn(fields: ManifestReader, name: string): string {
  return fields.names().find((each) => each.toLowerCase() === name.toLowerCase()) ?? name
}
