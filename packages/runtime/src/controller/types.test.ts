import type { Condition, Kind, KubeObject } from '@kubewright/core'
import { describe, expectTypeOf, test } from 'vitest'
import { Deployment, Website } from '../fake/program.ts'
import type { ReconcileContext, SetCondition } from './context.ts'
import { controller } from './definition.ts'
import { owned, references, watch } from './options.ts'

interface Conditioned extends KubeObject {
  readonly status?: { readonly conditions?: readonly (Condition & { readonly type: 'Ready' | 'Stalled' })[] }
}

describe('the types of a controller', () => {
  test('the object, the status and the result of apply are those of their kinds', () => {
    controller(Website, {
      owns: [owned(Deployment, { predicates: [({ object }) => object.spec?.replicas === 1] })],
      watches: [
        watch(Deployment, (deployment) => [{ name: deployment.spec?.image ?? '' }]),
        // Of a kind whose objects need more than any object has.
        watch(Website, (other) => [{ name: other.spec.image }], { predicates: [({ object }) => object.spec.image !== ''] }),
        references(Website, (site: Website) => [site.spec.image]),
      ],
      predicates: [({ object }) => object.spec.image !== ''],
      async reconcile({ object, status, apply, request }) {
        expectTypeOf(object).toExtend<Website>()
        expectTypeOf(object.metadata.name).toEqualTypeOf<string>()
        expectTypeOf(status.ready).toEqualTypeOf<boolean | undefined>()
        expectTypeOf(request.cluster).toEqualTypeOf<string>()
        // @ts-expect-error the status has no such field
        status.unknown = 1
        // @ts-expect-error a message is a text
        status.message = 1
        // @ts-expect-error the cached object is shared and readonly
        object.spec.image = 'x'
        expectTypeOf(await apply({} as Deployment)).toEqualTypeOf<Deployment>()
      },
    })
  })

  test('a condition is set where the status has conditions, by the types that they have', () => {
    expectTypeOf<SetCondition<Conditioned>>().parameter(0).toEqualTypeOf<'Ready' | 'Stalled'>()
    expectTypeOf<ReconcileContext<Conditioned>['condition']>().toBeCallableWith('Ready', true, 'Served')
    expectTypeOf<SetCondition<KubeObject>>().toBeCallableWith('Anything', 'Unknown', 'WhoKnows', 'in words')
  })

  test('elsewhere the type of condition is a sentence', () => {
    expectTypeOf<
      keyof SetCondition<Website>
    >().toEqualTypeOf<'the status of this kind has no field "conditions": add it to the kind to use condition()'>()
  })

  test('a result is nothing, or says when to come again', () => {
    // @ts-expect-error the field is called requeueAfter
    controller(Website as Kind<Website>, { reconcile: () => ({ requeue: true }) })
    controller(Website as Kind<Website>, { reconcile: () => ({ requeueAfter: '10s', priority: 1, prune: true }) })
  })
})
