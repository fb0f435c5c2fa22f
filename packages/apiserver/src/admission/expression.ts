import {
  AUTHORIZER,
  BOOL,
  CelError,
  type CelProgram,
  type CelType,
  compileCel,
  DYN,
  INT,
  listOf,
  mapOf,
  type ObjectType,
  objectType,
  printType,
  RESOURCE_CHECK,
  STRING,
  TIMESTAMP,
} from '@kubewright/cel'

/** What an expression of admission may name beside `object`, `oldObject`, `request` and `namespaceObject`. */
export interface ExpressionScope {
  /** `params`. */
  readonly hasParams?: boolean
  /** What `object` and `oldObject` are. @default nothing is known of it */
  readonly object?: CelType
  /** What `params` is. @default nothing is known of it */
  readonly params?: CelType
  /** `authorizer`: not of messages. @default true */
  readonly hasAuthorizer?: boolean
  /** `variables`, as far as they are declared before the expression. */
  readonly variables?: ObjectType
  /** Whether it may make `Object{…}` and `JSONPatch{…}`. @default false */
  readonly makesObjects?: boolean
}

export type Compiled = { readonly is: 'compiled'; readonly program: CelProgram } | { readonly is: 'invalid'; readonly problem: string }

/** Compiles as kube-apiserver does, with its texts. @param results the types that the expression may have; none: any */
export function compileExpression(expression: string, scope: ExpressionScope, results: readonly CelType[]): Compiled {
  let program: CelProgram
  try {
    program = compileCel(expression, { variables: variablesOf(scope), libraries: scope.makesObjects ? 'mutation' : 'kubernetes' })
  } catch (error) {
    if (error instanceof CelError) return { is: 'invalid', problem: error.report }
    throw error
  }
  const type = printType(program.type)
  const allowed = results.map(printType)
  if (allowed.length === 0 || allowed.includes(type)) return { is: 'compiled', program }
  // Go's name of the type, where messages of the checker say null.
  const wanted = allowed.length === 1 ? allowed[0] : `one of [${results.map(({ kind }) => kind).join(' ')}]`
  return { is: 'invalid', problem: `must evaluate to ${wanted} but got ${type}` }
}

const KIND = objectType('GroupVersionKind', { group: STRING, version: STRING, kind: STRING })
const RESOURCE = objectType('GroupVersionResource', { group: STRING, version: STRING, resource: STRING })
const USER = objectType('UserInfo', {
  username: STRING,
  uid: STRING,
  groups: listOf(STRING),
  extra: mapOf(STRING, listOf(STRING)),
})
const REQUEST = objectType('AdmissionRequest', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: USER,
  dryRun: BOOL,
  options: DYN,
})

/** Of a Namespace, what kube-apiserver lets expressions see. */
const NAMESPACE = objectType('Namespace', {
  metadata: objectType('NamespaceMetadata', {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels: mapOf(STRING, STRING),
    annotations: mapOf(STRING, STRING),
    UID: STRING,
    creationTimestamp: TIMESTAMP,
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: TIMESTAMP,
    generation: INT,
    resourceVersion: STRING,
    finalizers: listOf(STRING),
  }),
  spec: objectType('NamespaceSpec', { finalizers: listOf(STRING) }),
  status: objectType('NamespaceStatus', {
    conditions: listOf(
      objectType('NamespaceCondition', {
        status: STRING,
        type: STRING,
        lastTransitionTime: TIMESTAMP,
        message: STRING,
        reason: STRING,
      }),
    ),
    phase: STRING,
  }),
})

const ALWAYS = { request: REQUEST, namespaceObject: NAMESPACE }

const variablesOf = ({
  hasParams = false,
  hasAuthorizer = true,
  variables,
  object = DYN,
  params = DYN,
}: ExpressionScope): Readonly<Record<string, CelType>> => ({
  ...ALWAYS,
  object,
  oldObject: object,
  ...(hasAuthorizer && { authorizer: AUTHORIZER, 'authorizer.requestResource': RESOURCE_CHECK }),
  ...(hasParams && { params }),
  ...(variables !== undefined && { variables }),
})
