import { bucketScene, deletionScene, fallThroughScene } from './bucket-scene.ts'
import { configurationScene, lifecycleScene } from './configuration-scene.ts'
import { forwardingScene } from './forwarding-scene.ts'
import { accountScene, managedScene, userScene } from './iam-scene.ts'
import { lockScene, objectScene, signatureScene } from './object-scene.ts'
import { policyScene } from './policy-scene.ts'
import { Recorder } from './recorder.ts'
import type { Scene } from './scene.ts'
import { Clients, type S3UnderTest } from './server-under-test.ts'

const S3_SCENES: Readonly<Record<string, Scene>> = {
  buckets: bucketScene,
  configurations: configurationScene,
  lifecycle: lifecycleScene,
  forwarding: forwardingScene,
  policies: policyScene,
  locks: lockScene,
  deletions: deletionScene,
  objects: objectScene,
  signatures: signatureScene,
  'fall-through': fallThroughScene,
}

const IAM_SCENES: Readonly<Record<string, Scene>> = { users: userScene, managed: managedScene, account: accountScene }

/** Plays all scenes. @returns answers by title, and the scenes that broke off, with why */
export async function play(
  server: S3UnderTest,
  iam: boolean,
): Promise<{ readonly answers: ReadonlyMap<string, string>; readonly broken: readonly string[] }> {
  const record = new Recorder()
  const run = Math.random().toString(36).slice(2, 8)
  const broken: string[] = []
  for (const [title, scene] of Object.entries({ ...S3_SCENES, ...(iam ? IAM_SCENES : {}) })) {
    const clients = new Clients(server)
    try {
      await scene({ record, clients, server, name: (what) => `${what}-${run}` })
    } catch (error) {
      broken.push(`${title}: ${error instanceof Error ? error.message : String(error)}`)
    } finally {
      clients.destroy()
    }
  }
  return { answers: record.answers, broken }
}
