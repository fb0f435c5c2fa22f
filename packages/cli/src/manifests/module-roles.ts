import { permissionsOf } from '@kubewright/schema'
import type { ModuleDefinitions } from '../program/module-definitions.ts'
import { type RoleManifest, rolesOf } from './operator-roles.ts'

export interface ModuleRoleOptions {
  /** Where the program runs. */
  readonly namespace: string
  /** @default true */
  readonly leaderElection?: boolean
  /** @default false */
  readonly ownerReferencesEnforced?: boolean
}

/** The roles of a user's program, from what its controllers declare. */
export function moduleRolesOf(definitions: ModuleDefinitions, options: ModuleRoleOptions): readonly RoleManifest[] {
  const { name, kinds, controllers, permissions } = definitions
  const { namespace, leaderElection = true, ownerReferencesEnforced = false } = options
  const declared = permissionsOf(controllers, { leaderElection: false, events: false, ownerReferencesEnforced, also: permissions })
  const roles = rolesOf({ name, kinds, permissions: declared }, { home: namespace, watched: [] })
  // In its own namespace a program has its Lease, and nothing else.
  return leaderElection ? roles : roles.filter(({ kind }) => kind === 'ClusterRole')
}
