import { type CelType, celTypeOf } from '@kubewright/cel'
import { type DynamicObject, parseApiVersion } from '@kubewright/core'
import { VALIDATING_POLICIES, type ValidatingPolicySpec } from '../admission/policies/policy.ts'
import { type CheckedType, typeWarnings } from '../admission/policies/validating/type-check.ts'
import type { Fields } from '../registry/fields.ts'
import { optionalFields } from '../registry/fields.ts'
import { isRefusal } from '../registry/removal.ts'
import { apiVersionOfResource, type StoredResource } from '../registry/resource.ts'
import { objectMetaSchema } from '../schema/object-meta-schema.ts'
import { type Controller, type ControllerContext, Tables, targetOfObject } from './context.ts'
import { WorkLoop } from './work-loop.ts'

/** kube-controller-manager's: a policy that concerns more is not checked against all of them. */
const MOST_TYPES = 10

/** Tells in the status of ValidatingAdmissionPolicies what of their expressions does not fit the types that they are for. */
export class PolicyTypeCheck implements Controller {
  private readonly context: ControllerContext
  private readonly tables: Tables
  private readonly loop: WorkLoop
  private readonly unsubscribe: () => void

  constructor(context: ControllerContext) {
    this.context = context
    this.tables = new Tables(context.catalog)
    const { clock, log, objects } = context
    this.loop = new WorkLoop({ clock, log, name: 'types of admission policies', work: (name) => this.check(name) })
    const table = VALIDATING_POLICIES.policies
    this.unsubscribe = objects.store.subscribe(({ type, current }) => {
      if (type === 'put') this.loop.add(current.object.metadata.name ?? '')
    }, table)
    for (const { object } of objects.store.list(table)) this.loop.add(object.metadata.name ?? '')
  }

  stop(): void {
    this.unsubscribe()
    this.loop.stop()
  }

  private check(name: string): void {
    const { objects } = this.context
    const policy = objects.store.get(VALIDATING_POLICIES.policies, name)?.object
    const resource = this.tables.find(VALIDATING_POLICIES.policies)
    const { generation = 0 } = policy?.metadata ?? {}
    if (policy === undefined || resource === undefined || generation <= observed(policy)) return
    const spec = (policy as Fields)['spec'] as ValidatingPolicySpec
    const warnings = typeWarnings(spec, this.typesOf(spec), this.paramsOf(spec))
    const status = { observedGeneration: generation, typeChecking: warnings.length === 0 ? {} : { expressionWarnings: warnings } }
    try {
      objects.update(resource, targetOfObject(policy), (current) => ({ ...current, status }), {
        subresource: 'status',
        unconditional: true,
      })
    } catch (error) {
      if (!isRefusal(error, 404)) throw error
    }
  }

  /** Those that its rules name, without wildcards and parts. */
  private typesOf({ matchConstraints }: ValidatingPolicySpec): readonly CheckedType[] {
    const isPlain = (text: string) => !text.includes('*')
    const found = new Set<StoredResource>()
    for (const { apiGroups, apiVersions, resources } of matchConstraints?.resourceRules ?? []) {
      if (![...apiGroups, ...apiVersions].every(isPlain)) continue
      const named = resources.filter((each) => isPlain(each) && !each.includes('/')).toSorted()
      for (const group of apiGroups.toSorted())
        for (const version of apiVersions.toSorted())
          for (const plural of named) {
            const resource = this.context.catalog.find(group, version, plural)
            if (resource?.is === 'stored' && found.size < MOST_TYPES) found.add(resource)
          }
    }
    return [...found].sort(byKind).map((resource) => ({ name: nameOf(resource), type: typeOf(resource) }))
  }

  private paramsOf({ paramKind }: ValidatingPolicySpec): CelType | undefined {
    if (paramKind === undefined) return undefined
    const { group, version } = parseApiVersion(paramKind.apiVersion)
    const resource = this.context.catalog.ofKind(group, paramKind.kind, version)
    return resource && typeOf(resource)
  }
}

const observed = (policy: DynamicObject): number => Number(optionalFields(policy as Fields, 'status')?.['observedGeneration'] ?? 0)

const nameOf = ({ group, version, kind }: StoredResource): string => `${group}/${version}, Kind=${kind}`

const byKind = (a: StoredResource, b: StoredResource): number => (nameOf(a) < nameOf(b) ? -1 : 1)

/** Undefined where nothing is known of the objects. */
function typeOf(resource: StoredResource): CelType | undefined {
  const schema = resource.schema()
  if (schema === undefined) return undefined
  const text = { type: 'string' }
  const own = resource.custom === undefined ? {} : { apiVersion: text, kind: text, metadata: objectMetaSchema }
  return celTypeOf(
    { ...schema, properties: { ...schema.properties, ...own } },
    { name: `${apiVersionOfResource(resource)}.${resource.kind}` },
  )
}
