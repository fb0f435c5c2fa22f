import { defineKind, type ObjectOf, z } from 'kubewright'

/** While one of these exists nothing is deleted in the whole cluster, whatever policies say. Its own kind, so that the right to stop can be given alone. */
export const GarbageCollectionStop = defineKind({
  group: 'gc.kubewright.dev',
  version: 'v1alpha1',
  kind: 'GarbageCollectionStop',
  scope: 'Cluster',
  shortNames: ['gcstop'],
  description: 'While one of these exists, no policy deletes anything. Delete it, and collection goes on.',
  spec: z.object({ reason: z.string().max(1024).optional().describe('Why, for those who wonder.') }),
  printerColumns: [{ name: 'Reason', type: 'string', jsonPath: '.spec.reason' }],
})

export type GarbageCollectionStop = ObjectOf<typeof GarbageCollectionStop>
