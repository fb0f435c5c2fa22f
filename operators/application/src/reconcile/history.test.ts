import { type appsV1, ConfigMap } from 'kubewright'
import { expect, test } from 'vitest'
import { config } from '../config.ts'
import { controllerRevisionOf, revisionOf } from '../desired/revision.ts'
import { sample } from '../fake/application.ts'
import { History } from './history.ts'

const shop = sample({ image: 'ghcr.io/acme/shop:1' })
const revision = revisionOf(shop.spec)

const history = (kept: readonly appsV1.ControllerRevision[]) =>
  new History({ object: shop as never, children: ((kind: unknown) => (kind === ConfigMap ? [] : kept)) as never })

test('one goes back to what is known and, by the policy of today, allowed', () => {
  const kept = history([controllerRevisionOf(shop, revision, 1)])
  expect(kept.canRestore(revision.hash, config.parse({}))).toBe(true)
  expect(kept.canRestore(revision.hash, config.parse({ allowedRegistries: ['docker.io'] }))).toBe(false)
  expect(kept.canRestore('0123456789', config.parse({}))).toBe(false)
})
