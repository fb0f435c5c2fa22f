import { describeKind, type Kind, type KubeObject } from '@kubewright/core'
import { DefinitionError } from '../definition-error.ts'
import { mergeRules, type PolicyRule } from './permissions.ts'

/** What a controller says of itself; a controller of the runtime is one. */
export interface DeclaredController {
  readonly name: string
  readonly kind: DeclaredKind
  readonly owns: readonly DeclaredKind[]
  /** Of `owns`: those whose objects it deletes when they are no longer applied. @default all of them */
  readonly prunes?: readonly DeclaredKind[]
  readonly watches: readonly DeclaredKind[]
  readonly finalizer: string | undefined
}

/** A kind with the name of its resource. Kinds of one's own say whether they have a status. */
export type DeclaredKind = Kind<KubeObject> & { readonly hasStatus?: boolean }

/** What a program does besides running its controllers, which takes rights too. */
export interface PermissionOptions {
  /** Whether replicas elect a leader. @default true */
  readonly leaderElection?: boolean
  /** Whether events are recorded. @default true */
  readonly events?: boolean
  /**
   * Whether the cluster checks who may set blocking owner references (the admission plugin OwnerReferencesPermissionEnforcement, on in OpenShift).
   * @default false
   */
  readonly ownerReferencesEnforced?: boolean
  /** What reconcile functions do beside `apply` and `status`, which no declaration shows. */
  readonly also?: readonly PolicyRule[]
}

/** To elect a leader. A name cannot be given: RBAC knows no names for `create`. */
export const LEASE_RULES: readonly PolicyRule[] = [
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
]

/** To record events, and to count them up. */
export const EVENT_RULES: readonly PolicyRule[] = [{ apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] }]

/**
 * The fewest rights with which the controllers can do what they declare: caches of all their kinds, the status and the finalizer of what they
 * reconcile, all that `apply` and pruning do with what they own.
 * @throws DefinitionError when the resource of a kind is not known.
 */
export function permissionsOf(controllers: readonly DeclaredController[], options: PermissionOptions = {}): readonly PolicyRule[] {
  const { leaderElection = true, events = true, also = [] } = options
  return mergeRules([
    ...controllers.flatMap((controller) => controllerRules(controller, options)),
    ...(leaderElection ? LEASE_RULES : []),
    ...(events ? EVENT_RULES : []),
    ...also,
  ])
}

function controllerRules(controller: DeclaredController, { ownerReferencesEnforced = false }: PermissionOptions): readonly PolicyRule[] {
  const { kind, owns, prunes = owns, watches, finalizer } = controller
  const rule = (of: DeclaredKind, verbs: readonly string[], subresource = ''): PolicyRule => ({
    apiGroups: [of.group],
    resources: [`${pluralOf(of, controller)}${subresource}`],
    verbs,
  })
  return [
    rule(kind, ['list', 'watch']),
    ...(kind.hasStatus === true ? [rule(kind, ['patch'], '/status')] : []),
    // The finalizer is put on and taken off by a patch; after a conflict the object is read anew.
    ...(finalizer === undefined ? [] : [rule(kind, ['get', 'patch'])]),
    ...(ownerReferencesEnforced && owns.length > 0 ? [rule(kind, ['update'], '/finalizers')] : []),
    ...watches.map((watched) => rule(watched, ['list', 'watch'])),
    // Server-side apply is a patch, and asks for `create` too when the object is not there.
    ...owns.map((owned) => rule(owned, ['list', 'watch', 'create', 'patch'])),
    ...prunes.map((pruned) => rule(pruned, ['delete'])),
  ]
}

function pluralOf(kind: DeclaredKind, { name }: DeclaredController): string {
  if (kind.plural === undefined)
    throw new DefinitionError(`controller ${name}`, `the resource of ${describeKind(kind)} is not known: give the kind its "plural"`)
  return kind.plural
}
