import { Application } from '@kubewright/operator-application'
import { Deployment } from 'kubewright'
import { eventually } from 'kubewright/testing'
import { ApplicationWorld } from '../../../soak/worlds/application-world.ts'
import { PatientTenant } from './patient-tenant.ts'
import type { Scene, Stage } from './scene.ts'

const IMAGE = 'registry.k8s.io/pause:3.10'
const NEW_IMAGE = 'registry.k8s.io/pause:3.11'
/** More than the alert allows within an hour. */
const TAKEN_BACK = ['shop', 'cart', 'stock', 'mail']
const NAMES = ['broken', ...TAKEN_BACK]

/** Applications that come, change and go; some whose new image does not come up, which are taken back; one that has failed. */
export function applicationScene({ cluster, admin }: Stage): Scene {
  const tenant = new PatientTenant(admin, 'observed-application')
  return {
    programs: [
      {
        ...{ name: 'application', operators: ['application'], connection: cluster.connection },
        flags: ['--namespace=soak-application,observed-application'],
      },
    ],
    world: new ApplicationWorld(admin),
    async trouble() {
      await tenant.open()
      for (const name of NAMES) {
        const rollbackOnFailure = name !== 'broken'
        await tenant.create(Application, { metadata: { name }, spec: { image: IMAGE, replicas: 1, rollbackOnFailure } })
      }
      for (const name of NAMES) {
        await rollout(tenant, name, IMAGE, CAME_UP)
        if (name !== 'broken')
          await until(`${name} is stable`, async () => (await tenant.find(Application, name))?.status?.stableRevision !== undefined)
        await tenant.change(Application, name, { spec: { image: NEW_IMAGE } })
        await rollout(tenant, name, NEW_IMAGE, TIMED_OUT)
      }
    },
    async stop() {},
  }
}

interface RolloutStatus {
  readonly counts: object
  readonly conditions: readonly object[]
}
const AVAILABLE = { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: '' }
const CAME_UP: RolloutStatus = {
  counts: { replicas: 1, readyReplicas: 1, updatedReplicas: 1, availableReplicas: 1 },
  conditions: [AVAILABLE, { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message: '' }],
}
const TIMED_OUT: RolloutStatus = {
  counts: { replicas: 2, readyReplicas: 1, updatedReplicas: 1, availableReplicas: 1 },
  conditions: [AVAILABLE, { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out progressing' }],
}

/** As the controller of Deployments tells what came of it; the cluster of tests has none. */
async function rollout(tenant: PatientTenant, name: string, image: string, { counts, conditions }: RolloutStatus): Promise<void> {
  const wanted = async () => (await tenant.find(Deployment, name))?.spec?.template.spec?.containers[0]?.image === image
  await until(`the Deployment ${name} has the image ${image}`, wanted)
  const { generation } = (await tenant.find(Deployment, name))!.metadata
  await tenant.change(Deployment, name, { status: { observedGeneration: generation, ...counts, conditions } }, 'status')
}

const until = (what: string, holds: () => Promise<boolean>) =>
  eventually(
    async () => {
      if (!(await holds())) throw new Error(`not yet: ${what}`)
    },
    { timeout: 60_000 },
  )
