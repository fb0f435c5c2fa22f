import type { Client } from '@kubewright/client'
import { fakeS3 } from '@kubewright/testing'
import { applyAll } from './apply-all.ts'

/** A server of S3 and IAM in this process for the s3 operator of `up`. */
export interface DemoStorage {
  readonly address: string
  /** Puts objects for it into the cluster. */
  populate(client: Client, signal: AbortSignal): Promise<void>
  stop(): Promise<void>
}

export async function startDemoStorage(): Promise<DemoStorage> {
  const storage = await fakeS3()
  return {
    address: storage.address,
    async populate(client, signal) {
      const { demoObjects } = await import('@kubewright/operator-s3')
      await applyAll(client, demoObjects(storage), signal)
    },
    stop: () => storage.stop(),
  }
}
