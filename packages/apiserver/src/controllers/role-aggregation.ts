import { type DynamicObject, deepEqual, type LabelSelectorSpec, labelSelectorOf, matchesLabels } from '@kubewright/core'
import { RBAC_TABLES, rulesIn } from '../authz/rbac/policy.ts'
import type { PolicyRule } from '../authz/rbac/rule.ts'
import { type Controller, type ControllerContext, Tables } from './context.ts'
import { WorkLoop } from './work-loop.ts'

const TABLE = RBAC_TABLES.clusterRoles

/** Fills the ClusterRoles that gather the rules of others by label: `admin`, `edit`, `view`, and whatever users add. */
export class RoleAggregation implements Controller {
  private readonly context: ControllerContext
  private readonly tables: Tables
  private readonly loop: WorkLoop
  private readonly unsubscribe: () => void

  constructor(context: ControllerContext) {
    this.context = context
    this.tables = new Tables(context.catalog)
    this.loop = new WorkLoop({ clock: context.clock, log: context.log, name: 'role aggregation', work: (name) => this.gather(name) })
    // Any role may be part of any other: they are few, and change seldom.
    const all = () => {
      for (const { key, object } of context.objects.store.list(TABLE)) if (selectorsOf(object) !== undefined) this.loop.add(key)
    }
    this.unsubscribe = context.objects.store.subscribe(all, TABLE)
    all()
  }

  stop(): void {
    this.unsubscribe()
    this.loop.stop()
  }

  private gather(name: string): void {
    const { objects } = this.context
    const role = objects.store.get(TABLE, name)?.object
    const resource = this.tables.find(TABLE)
    const selectors = role && selectorsOf(role)
    if (role === undefined || resource === undefined || selectors === undefined) return
    const rules = gathered(
      name,
      selectors,
      objects.store.list(TABLE).map(({ object }) => object),
    )
    if (deepEqual(rules, rulesIn(role))) return
    objects.update(resource, { namespace: undefined, name }, (current) => ({ ...current, rules }), { unconditional: true })
  }
}

function selectorsOf(role: DynamicObject): readonly LabelSelectorSpec[] | undefined {
  return (role['aggregationRule'] as { readonly clusterRoleSelectors?: readonly LabelSelectorSpec[] } | undefined)?.clusterRoleSelectors
}

/** Each rule once, selector by selector, the roles of each by name. */
function gathered(name: string, selectors: readonly LabelSelectorSpec[], roles: readonly DynamicObject[]): readonly PolicyRule[] {
  const rules: PolicyRule[] = []
  for (const selector of selectors.map(labelSelectorOf)) {
    for (const role of roles) {
      if (role.metadata.name === name || !matchesLabels(selector, role.metadata.labels)) continue
      for (const rule of rulesIn(role)) if (!rules.some((each) => deepEqual(each, rule))) rules.push(rule)
    }
  }
  return rules
}
