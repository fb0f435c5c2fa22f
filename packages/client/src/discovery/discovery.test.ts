import { isApiError, messageOf } from '@kubewright/core'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { describe, expect, test } from 'vitest'
import type { ApiResource } from '../contract.ts'
import { createDiscovery } from './discovery.ts'
import type { Catalog } from './group-version.ts'

function resource(group: string, version: string, kind: string, plural: string): ApiResource {
  return { group, version, kind, plural, namespaced: true, singular: '', shortNames: [], categories: [], verbs: ['get'], subresources: [] }
}
const core = { group: '', version: 'v1', resources: [resource('', 'v1', 'Pod', 'pods'), resource('', 'v1', 'Endpoints', 'endpoints')] }
const website = { group: 'example.dev', version: 'v1', resources: [resource('example.dev', 'v1', 'Website', 'websites')] }

function server(...catalogs: (Catalog | Error)[]) {
  const clock = virtualClock()
  const state = { reads: 0 }
  const discovery = createDiscovery(
    {
      async read() {
        const catalog = catalogs[Math.min(state.reads++, catalogs.length - 1)]!
        if (catalog instanceof Error) throw catalog
        return catalog
      },
    },
    clock,
  )
  return { discovery, clock, state }
}

describe('finding a kind', () => {
  test('the plural is the server\'s own word: Endpoints are "endpoints"', async () => {
    expect((await server([core]).discovery.find({ group: '', version: 'v1', kind: 'Endpoints' }))?.plural).toBe('endpoints')
  })

  test('without a version it is the one that the server prefers among those that have the kind', async () => {
    const { discovery } = server([
      {
        group: 'autoscaling',
        version: 'v2',
        resources: [resource('autoscaling', 'v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers')],
      },
      {
        group: 'autoscaling',
        version: 'v1',
        resources: [
          resource('autoscaling', 'v1', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
          resource('autoscaling', 'v1', 'Old', 'olds'),
        ],
      },
    ])
    expect((await discovery.find({ group: 'autoscaling', kind: 'HorizontalPodAutoscaler' }))?.version).toBe('v2')
    expect((await discovery.find({ group: 'autoscaling', kind: 'Old' }))?.version).toBe('v1')
    expect((await discovery.find({ group: 'autoscaling', version: 'v1', kind: 'HorizontalPodAutoscaler' }))?.version).toBe('v1')
  })

  test('the same kind in two groups is two kinds', async () => {
    const { discovery } = server([
      { group: 'a', version: 'v1', resources: [resource('a', 'v1', 'X', 'as')] },
      { group: 'b', version: 'v1', resources: [resource('b', 'v1', 'X', 'bs')] },
    ])
    expect((await discovery.find({ group: 'b', kind: 'X' }))?.plural).toBe('bs')
  })
})

describe('asking the server', () => {
  test('it is asked at the first question and not before, and not again for what is known', async () => {
    const { discovery, state } = server([core])
    expect(state.reads).toBe(0)
    await discovery.find({ group: '', kind: 'Pod' })
    await discovery.find({ group: '', kind: 'Endpoints' })
    await discovery.all()
    expect(state.reads).toBe(1)
  })

  test('many questions at once are one request', async () => {
    const { discovery, state } = server([core])
    await Promise.all(Array.from({ length: 50 }, () => discovery.find({ group: '', kind: 'Pod' })))
    expect(state.reads).toBe(1)
  })

  test('for an unknown kind it is asked again, at most once every 10 s: a controller that waits for its CRD makes no storm', async () => {
    const { discovery, clock, state } = server([core], [core], [core, website])
    const find = () => discovery.find({ group: 'example.dev', version: 'v1', kind: 'Website' })
    for (let second = 0; second < 10; second++) {
      expect(await find()).toBeUndefined()
      await clock.advance(1000)
    }
    expect(state.reads).toBe(1)
    await find()
    expect(state.reads).toBe(2)
    await clock.advance(10_000)
    expect((await find())?.plural).toBe('websites')
  })

  test('after invalidate the next question goes to the server', async () => {
    const { discovery, state } = server([core], [core, website])
    await discovery.find({ group: '', kind: 'Pod' })
    discovery.invalidate()
    expect(await discovery.find({ group: 'example.dev', kind: 'Website' })).toBeDefined()
    expect(state.reads).toBe(2)
  })

  test('an invalidation during a request counts for the time after it', async () => {
    const { discovery, state } = server([core], [core, website])
    const first = discovery.find({ group: '', kind: 'Pod' })
    discovery.invalidate()
    await first
    await discovery.find({ group: '', kind: 'Pod' })
    expect(state.reads).toBe(2)
  })

  test('a failure is told and not remembered', async () => {
    const { discovery } = server(new Error('refused'), [core])
    await expect(discovery.find({ group: '', kind: 'Pod' })).rejects.toThrow('refused')
    expect(await discovery.find({ group: '', kind: 'Pod' })).toBeDefined()
  })

  test('one caller that gives up does not take the answer from the others', async () => {
    const { discovery } = server([core])
    const abort = new AbortController()
    const leaving = discovery.find({ group: '', kind: 'Pod' }, { signal: abort.signal })
    const staying = discovery.find({ group: '', kind: 'Pod' })
    abort.abort(new Error('gave up'))
    await expect(leaving).rejects.toThrow('gave up')
    expect(await staying).toBeDefined()
  })
})

describe('a group whose server is down', () => {
  const down = { group: 'metrics.k8s.io', version: 'v1beta1', resources: [], failure: 'HTTP 503' }
  const up = { ...down, failure: undefined, resources: [resource('metrics.k8s.io', 'v1beta1', 'PodMetrics', 'pods')] }
  const { failure: _, ...upPart } = up

  test('does not hide the others', async () => {
    const { discovery } = server([core, down])
    expect(await discovery.find({ group: '', kind: 'Pod' })).toBeDefined()
    expect(discovery.failures()).toEqual([{ group: 'metrics.k8s.io', version: 'v1beta1', message: 'HTTP 503' }])
  })

  test('keeps the kinds that were known of it, marked as stale', async () => {
    const { discovery } = server([core, upPart], [core, down])
    expect((await discovery.find({ group: 'metrics.k8s.io', kind: 'PodMetrics' }))?.stale).toBeUndefined()
    discovery.invalidate()
    expect(await discovery.find({ group: 'metrics.k8s.io', kind: 'PodMetrics' })).toMatchObject({ plural: 'pods', stale: true })
  })

  test('is not "not served": whether a kind of it exists is unknown, and that is said', async () => {
    const { discovery } = server([core, down])
    const error = await discovery.find({ group: 'metrics.k8s.io', kind: 'PodMetrics' }).catch((thrown: unknown) => thrown)
    expect(isApiError(error) && error.code).toBe(503)
    expect(messageOf(error)).toContain('HTTP 503')
  })
})
