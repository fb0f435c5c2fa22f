import type { KubeObject } from '@kubewright/core'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { ConfigMap } from '../fake/cache-bench.ts'
import { resolveScope } from './scope.ts'
import { type ScopedInformer, WrittenVersions } from './written-versions.ts'

const object: KubeObject & { readonly data: object } = {
  metadata: { name: 'a', namespace: 'ns', uid: 'u', resourceVersion: '5', labels: { a: 'b' }, annotations: { long: 'text' } },
  data: { large: 'and secret' },
}

test.each([
  ['no content, which nobody asks for', undefined, undefined],
  ['content where it decides whether a watch shows the object', 'data.large=x', object.data],
])('what was written is remembered with %s', (_, fieldSelector, data) => {
  const older: ScopedInformer = {
    type: ConfigMap as ScopedInformer['type'],
    scope: resolveScope({ fieldSelector }, { namespaces: [], byKind: undefined, watchList: 'auto' }),
    get: () => ({ metadata: { ...object.metadata, resourceVersion: '4' } }),
    ...{ reached: () => false, keeps: () => true, shows: () => true },
  }
  const written = new WrittenVersions(virtualClock(), () => [older])
  written.after({ type: older.type as never, verb: 'update', name: { name: 'a', namespace: 'ns' }, dryRun: false }, object)
  const remembered = written.unseenBy(older)[0]?.object as KubeObject & { readonly data?: object }
  expect(remembered.metadata).toMatchObject({ name: 'a', namespace: 'ns', uid: 'u', resourceVersion: '5', labels: { a: 'b' } })
  expect(remembered.data).toEqual(data)
})
