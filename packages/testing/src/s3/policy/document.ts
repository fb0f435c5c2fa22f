/** A policy as it is evaluated: one spelling for all that JSON allows. */
export interface PolicyDocument {
  readonly version: string
  readonly statements: readonly Statement[]
}

export interface Statement {
  readonly effect: 'Allow' | 'Deny'
  readonly actions: Selection
  /** Undefined in a trust policy, whose resource is the role. */
  readonly resources: Selection | undefined
  /** Undefined in a policy of an identity. */
  readonly principals: PrincipalSelection | undefined
  readonly conditions: readonly Condition[]
}

/** `except`: NotAction, NotResource. */
export interface Selection {
  readonly except: boolean
  readonly patterns: readonly string[]
}

export interface PrincipalSelection {
  readonly except: boolean
  /** By kind: AWS, CanonicalUser, Federated, Service. `*` alone is AWS `*`. */
  readonly by: Readonly<Record<string, readonly string[]>>
}

export interface Condition {
  readonly operator: string
  readonly key: string
  readonly values: readonly string[]
}

/** Whose policy it is decides which elements it must and must not have. */
export type PolicyKind = 'identity' | 'resource' | 'trust'

/** What a server may be more forgiving about than AWS is. */
export interface Leniency {
  readonly statementAsObject: boolean
  readonly emptyStatements: boolean
  readonly unknownOperators: boolean
  readonly booleansInConditions: boolean
  /** Versions beside 2012-10-17; `undefined` stands for a document without one. */
  readonly versions: readonly (string | undefined)[]
  readonly missingPrincipal: boolean
  readonly principalInIdentity: boolean
}

export const STRICT: Leniency = {
  statementAsObject: true,
  emptyStatements: false,
  unknownOperators: false,
  booleansInConditions: true,
  versions: ['2008-10-17', undefined],
  missingPrincipal: false,
  principalInIdentity: false,
}

/** @throws SyntaxError with what is wrong */
export function parsePolicy(text: string, kind: PolicyKind, leniency: Leniency = STRICT): PolicyDocument {
  const document = parseJson(text)
  if (!isRecord(document)) throw new SyntaxError("Policies must be valid JSON and the first byte must be '{'")
  only(document, ['Version', 'Id', 'Statement'], 'the policy')
  const version = document['Version']
  if (version !== '2012-10-17' && !leniency.versions.some((each) => each === version))
    throw new SyntaxError('The policy must contain a valid version string')
  const given = document['Statement']
  if (given === undefined) throw new SyntaxError('Missing required field Statement')
  if (!Array.isArray(given) && !(leniency.statementAsObject && isRecord(given))) throw new SyntaxError('Statement must be a list')
  const statements: readonly unknown[] = Array.isArray(given) ? given : [given]
  if (statements.length === 0 && !leniency.emptyStatements) throw new SyntaxError('Could not parse the policy: Statement is empty!')
  return {
    version: typeof version === 'string' ? version : '2008-10-17',
    statements: statements.map((each) => statement(each, kind, leniency)),
  }
}

const STATEMENT = ['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition']

function statement(given: unknown, kind: PolicyKind, leniency: Leniency): Statement {
  if (!isRecord(given)) throw new SyntaxError('A statement must be an object')
  only(given, STATEMENT, 'a statement')
  const effect = given['Effect']
  if (effect !== 'Allow' && effect !== 'Deny') throw new SyntaxError(`Invalid effect: ${String(effect)}`)
  const actions = selection(given, 'Action')
  if (actions === undefined) throw new SyntaxError('Missing required field Action')
  if (actions.patterns.some((each) => each !== '*' && !/^[\w-]+:[\w*?]+$/.test(each)))
    throw new SyntaxError('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.')
  const resources = selection(given, 'Resource')
  if (kind === 'trust' && resources !== undefined) throw new SyntaxError('Has prohibited field Resource')
  if (kind !== 'trust' && resources === undefined) throw new SyntaxError('Missing required field Resource')
  if (kind !== 'trust' && resources!.patterns.some((each) => each !== '*' && !each.startsWith('arn:')))
    throw new SyntaxError('Policy has invalid resource')
  const principals = principalSelection(given)
  if (kind === 'identity' && principals !== undefined && !leniency.principalInIdentity)
    throw new SyntaxError('Policy document should not specify a principal.')
  if (kind !== 'identity' && principals === undefined && !leniency.missingPrincipal)
    throw new SyntaxError('Missing required field Principal')
  return { effect, actions, resources, principals, conditions: conditions(given['Condition'], leniency) }
}

function selection(given: Readonly<Record<string, unknown>>, name: string): Selection | undefined {
  const positive = given[name]
  const negative = given[`Not${name}`]
  if (positive !== undefined && negative !== undefined) throw new SyntaxError(`Statement cannot have both ${name} and Not${name}`)
  if (positive === undefined && negative === undefined) return undefined
  const patterns = strings(positive ?? negative, name)
  if (patterns.length === 0) throw new SyntaxError(`${name} is empty`)
  return { except: positive === undefined, patterns }
}

function principalSelection(given: Readonly<Record<string, unknown>>): PrincipalSelection | undefined {
  const except = given['Principal'] === undefined
  const principal = given['Principal'] ?? given['NotPrincipal']
  if (principal === undefined) return undefined
  if (principal === '*') return { except, by: { AWS: ['*'] } }
  if (!isRecord(principal)) throw new SyntaxError('Invalid principal in policy')
  only(principal, ['AWS', 'CanonicalUser', 'Federated', 'Service'], 'Principal')
  return { except, by: Object.fromEntries(Object.entries(principal).map(([kind, value]) => [kind, strings(value, 'Principal')])) }
}

function conditions(given: unknown, leniency: Leniency): readonly Condition[] {
  if (given === undefined) return []
  if (!isRecord(given)) throw new SyntaxError('Condition must be an object')
  return Object.entries(given).flatMap(([operator, keys]) => {
    if (!leniency.unknownOperators && !isOperator(operator)) throw new SyntaxError(`Invalid Condition type : ${operator}`)
    if (!isRecord(keys)) throw new SyntaxError(`Condition ${operator} must be an object`)
    return Object.entries(keys).map(([key, value]) => {
      const values: readonly unknown[] = Array.isArray(value) ? value : [value]
      return { operator, key, values: values.map((each) => conditionValue(each, leniency)) }
    })
  })
}

function conditionValue(value: unknown, leniency: Leniency): string {
  if (typeof value === 'string') return value
  if (leniency.booleansInConditions && (typeof value === 'boolean' || typeof value === 'number')) return String(value)
  throw new SyntaxError('Invalid value in Condition')
}

const OPERATORS = [
  ...['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', 'StringLike', 'StringNotLike'],
  ...['NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericLessThanEquals', 'NumericGreaterThan', 'NumericGreaterThanEquals'],
  ...['DateEquals', 'DateNotEquals', 'DateLessThan', 'DateLessThanEquals', 'DateGreaterThan', 'DateGreaterThanEquals'],
  ...['Bool', 'IpAddress', 'NotIpAddress', 'ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike', 'Null'],
].map((each) => each.toLowerCase())

/** Set operators come before, `IfExists` behind the operator; the case of the letters does not count. */
export function operatorParts(operator: string): {
  readonly base: string
  readonly set: 'any' | 'all' | undefined
  readonly ifExists: boolean
} {
  const parts = /^(?:for(any|all)values?:)?(.*?)(ifexists)?$/.exec(operator.toLowerCase().replace('foranyvalue:', 'foranyvalues:'))!
  return { base: parts[2]!, set: parts[1] as 'any' | 'all' | undefined, ifExists: parts[3] !== undefined }
}

const isOperator = (operator: string) => OPERATORS.includes(operatorParts(operator).base)

function strings(value: unknown, name: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (!list.every((each) => typeof each === 'string')) throw new SyntaxError(`${name} must be text or a list of texts`)
  return list
}

function only(given: Readonly<Record<string, unknown>>, names: readonly string[], where: string): void {
  const stranger = Object.keys(given).find((name) => !names.includes(name))
  if (stranger !== undefined) throw new SyntaxError(`Unknown field ${stranger} in ${where}`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new SyntaxError('This policy contains invalid Json', { cause: error })
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
