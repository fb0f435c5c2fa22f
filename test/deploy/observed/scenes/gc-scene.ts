import { GarbageCollectionPolicy } from '@kubewright/operator-gc'
import { ConfigMap } from 'kubewright'
import { GcWorld } from '../../../soak/worlds/gc-world.ts'
import { PatientTenant } from './patient-tenant.ts'
import type { Scene, Stage } from './scene.ts'

const targetResource = { apiVersion: 'v1', kind: 'ConfigMap' }
const due = (purpose: string, seconds: number) => ({
  targetResource: { ...targetResource, labelSelector: { matchLabels: { purpose } } },
  ttl: { secondsAfterCreation: seconds },
})

/** Policies that delete what comes, keep it before, would delete it, wait with it; one that a breaker has stopped. */
export function gcScene({ cluster, admin }: Stage): Scene {
  const tenant = new PatientTenant(admin, 'observed-gc')
  const policy = (name: string, spec: object) => tenant.create(GarbageCollectionPolicy, { metadata: { name }, spec })
  const crowd = async (purpose: string, count: number) => {
    for (let at = 0; at < count; at++) await tenant.create(ConfigMap, { metadata: { name: `${purpose}-${at}`, labels: { purpose } } })
  }
  return {
    programs: [{ name: 'gc', operators: ['gc'], flags: ['--namespace=soak-gc,observed-gc'], connection: cluster.connection }],
    world: new GcWorld(admin),
    async trouble() {
      await tenant.open()
      await policy('kept', { ...due('kept', 1), backup: { to: 'Secret' }, behavior: { maxDeletionsPerSecond: 1 } })
      await policy('imagined', { ...due('imagined', 1), behavior: { dryRun: true } })
      await policy('later', due('later', 3_600))
      await policy('looked-over', { ...due('later', 7_200), evaluationInterval: '2s' })
      await crowd('stopped', 5)
      await crowd('kept', 60)
      await crowd('imagined', 5)
      await crowd('later', 5)
      // All of it is due by now.
      await policy('stopped', { ...due('stopped', 1), limits: { maxInitialDeletions: 1 } })
    },
    async stop() {},
  }
}
