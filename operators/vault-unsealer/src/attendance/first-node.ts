import type { Initialization } from '../machine/model.ts'
import type { Member } from '../members/member.ts'
import type { Attendant } from './attendant.ts'
import type { Settings } from './settings.ts'

type Given = Pick<Settings, 'initialization' | 'absentees' | 'keys' | 'dryRun'> & { readonly knownCluster: string | undefined }

/** Whether this node is the one to be initialised: the first of nodes that have all said that they are blank, of a Vault that nobody has ever seen. */
export function initializationOf(
  member: Member,
  attendants: readonly Pick<Attendant, 'member' | 'node'>[],
  { initialization, absentees, keys, dryRun, knownCluster }: Given,
): Initialization {
  if (initialization === undefined) return { is: 'off' }
  const wait = (why: string): Initialization => ({ is: 'wait', message: `it is not initialised: ${why}` })
  if (dryRun) return wait('dry run: spec.initialize would be looked at')
  // A node that has lost its data, while the others are away, would become another Vault of the same name.
  if (knownCluster !== undefined)
    return wait(`cluster ${knownCluster} was here before, so it has lost its data, and is not initialised anew`)
  if (keys.refs.length > 0) return wait('there are key shares already, of a Vault that was initialised before: nothing is initialised anew')
  if (absentees.length > 0) return wait(`pod ${absentees[0]} cannot be asked yet`)
  const silent = attendants.find(({ node }) => node.status === undefined || node.standing.state === 'Unreachable')
  if (silent !== undefined && silent.member.id !== member.id) return wait(`${silent.member.name} has not said how it stands`)
  const [first] = attendants
  return first?.member.id === member.id ? { is: 'may' } : wait(`${first?.member.name} is initialised first`)
}
