import { permissionsOf } from '@kubewright/schema'
import type { ModuleDefinitions } from '../program/module-definitions.ts'
import { metricsAuthRoleOf } from './cluster-role.ts'
import { type RoleManifest, rolesOf, shardsRolesOf } from './operator-roles.ts'
import { webhookRolesOf } from './webhooks.ts'

export interface ModuleRoleOptions {
  /** Where the program runs. */
  readonly namespace: string
  /** @default true */
  readonly leaderElection?: boolean
  /** @default false */
  readonly ownerReferencesEnforced?: boolean
}

/** The roles of a user's program that it always has, from what its controllers declare. */
export function moduleRolesOf(definitions: ModuleDefinitions, options: ModuleRoleOptions): readonly RoleManifest[] {
  const { name, kinds, controllers, permissions } = definitions
  const { namespace, leaderElection = true, ownerReferencesEnforced = false } = options
  const declared = permissionsOf(controllers, { leaderElection: false, events: false, ownerReferencesEnforced, also: permissions })
  const roles = rolesOf({ name, kinds, permissions: declared }, { home: namespace, watched: [] })
  // In its own namespace a program has its Lease, and nothing else.
  return leaderElection ? roles : roles.filter(({ kind }) => kind === 'ClusterRole')
}

/** Those that only some flags need, and nobody else need bind. */
export function moduleRolesApartOf(definitions: ModuleDefinitions, { namespace }: ModuleRoleOptions): readonly object[] {
  return [metricsAuthRoleOf(definitions), ...shardsRolesOf(definitions, { home: namespace, watched: [] })]
}

/** All of them, with those that webhooks need. */
export function moduleRbacOf(definitions: ModuleDefinitions, options: ModuleRoleOptions): readonly object[] {
  return [
    ...moduleRolesOf(definitions, options),
    ...moduleRolesApartOf(definitions, options),
    ...webhookRolesOf(definitions, options.namespace),
  ]
}
