import { listSet, z } from 'kubewright'

/** What is done with a thing of the wanted name that is there already. */
export const adoptionPolicy = z
  .enum(['Never', 'IfOwned', 'Always'])
  .default('IfOwned')
  .describe(
    'What is done when it exists already and was not made for this object. IfOwned: it is taken when it bears the mark of this object.',
  )

export const driftPolicy = z
  .enum(['Correct', 'Report'])
  .default('Correct')
  .describe('What is done when somebody else has changed it. Report: it is told in the status, and left.')

export const managementPolicies = listSet(z.enum(['*', 'Observe', 'Create', 'Update', 'Delete']), { min: 1, max: 4 })
  .default(['*'])
  .describe('What this operator may do on the server. With Observe alone it only looks.')

export const onMissing = z
  .enum(['Report', 'Recreate'])
  .default('Report')
  .describe('What is done when it was there and is gone. A bucket may have been renamed with all its data: a new one of its name is empty.')

export const deletionPolicy = (usual: 'Retain' | 'Delete') =>
  z.enum(['Retain', 'Delete']).default(usual).describe('What becomes of it on the server when this object is deleted.')

/** May this be done on the server? */
export function may(policies: readonly string[], verb: 'Create' | 'Update' | 'Delete'): boolean {
  return policies.includes('*') || policies.includes(verb)
}

export const tags = z.record(z.string(), z.string().max(256))
export const tagsMode = z
  .enum(['Merge', 'Exclusive'])
  .default('Merge')
  .describe('Exclusive: tags that are not named here are removed. Those that begin with "aws:" never are.')
