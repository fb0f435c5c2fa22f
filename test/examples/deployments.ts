import { Deployment } from '@kubewright/client'
import { isNotFound } from '@kubewright/core'
import { onTestFinished } from 'vitest'
import type { Bench } from '../integration/harness.ts'

/** Plays the controller of Deployments until the test ends, as there is none behind a bare API server: images with `broken` in their name never run. */
export function playDeployments({ client }: Pick<Bench, 'client'>): void {
  const stop = new AbortController()
  const playing = (async () => {
    const deployments = await client.resource(Deployment)
    while (!stop.signal.aborted) {
      for (const deployment of (await deployments.list()).items) await roll(deployment)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    async function roll({ metadata, spec, status }: Deployment): Promise<void> {
      const works = !spec?.template.spec?.containers[0]?.image?.includes('broken')
      const replicas = spec?.replicas ?? 1
      const running = works ? replicas : 0
      if (
        status?.observedGeneration === metadata.generation &&
        status?.replicas === replicas &&
        (status?.availableReplicas ?? 0) === running
      )
        return
      const progressing = works
        ? { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message: 'it is available' }
        : { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'the image cannot be pulled' }
      const body = {
        status: {
          observedGeneration: metadata.generation,
          ...{ replicas, updatedReplicas: replicas, readyReplicas: running, availableReplicas: running },
          conditions: [progressing],
        },
      }
      const { name = '', namespace } = metadata
      await deployments.patch({ name, namespace }, { type: 'merge', body }, { subresource: 'status' }).catch((error: unknown) => {
        // It went meanwhile.
        if (!isNotFound(error)) throw error
      })
    }
  })()
  onTestFinished(async () => {
    stop.abort()
    await playing
  })
}
