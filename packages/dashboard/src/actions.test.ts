import type { KubeObject } from '@kubewright/core'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { beforeEach, describe, expect, test } from 'vitest'
import { createDashboard } from './dashboard.ts'
import { fakeInformer, fakeSource } from './fake/source.ts'
import type { Overview } from './model/snapshot.ts'
import type { SourceActions, SourceController, TakenAction } from './source.ts'

const WEB = 'Website.example.dev/shop/web'
const web = { apiVersion: 'example.dev/v1', kind: 'Website', metadata: { name: 'web', namespace: 'shop', uid: 'u' } } as KubeObject

let done: string[]
let taken: TakenAction[]
beforeEach(() => {
  done = []
  taken = []
})

function fakeController(name: string, kind: string, came: ReturnType<SourceController['control']['trigger']> = 'queued'): SourceController {
  return {
    name,
    kind: { kind, group: 'example.dev' },
    control: {
      pause: () => void done.push(`pause ${name}`),
      resume: () => void done.push(`resume ${name}`),
      trigger: (target) => {
        done.push(`trigger ${name} ${target.namespace ?? '-'}/${target.name}`)
        return came
      },
    },
  }
}

function page(controllers: readonly SourceController[] | undefined) {
  const actions: SourceActions | undefined = controllers && { controllers: () => controllers, taken: (action) => void taken.push(action) }
  const websites = fakeInformer('Website', 'example.dev')
  websites.put(web)
  const dashboard = createDashboard(fakeSource(virtualClock(), [websites], [], actions), 'run')
  const ask = async (path: string, method: string) => {
    const answer = await dashboard.answer(new URL(path, 'http://local'), { method, headers: {}, signal: AbortSignal.abort() })
    if (!('body' in answer)) throw new Error(`${path} is a stream`)
    return { status: answer.status, headers: answer.headers, value: JSON.parse(answer.body) as { readonly message: string } & Overview }
  }
  return { ask, post: (path: string) => ask(`/api/actions/${path}`, 'POST') }
}

describe('to have an object looked at', () => {
  test('is for all controllers of its kind, and is written down with the object', async () => {
    const { post } = page([fakeController('website', 'Website'), fakeController('certificate', 'Website'), fakeController('shop', 'Shop')])
    expect(await post(`requeue?id=${WEB}`)).toMatchObject({
      status: 200,
      value: { message: 'website looks at it; certificate looks at it' },
    })
    expect(done).toEqual(['trigger website shop/web', 'trigger certificate shop/web'])
    expect(taken).toEqual([
      { action: 'requeue', controllers: ['website', 'certificate'], object: web, result: 'website looks at it; certificate looks at it' },
    ])
  })

  test('of the cluster names no namespace', async () => {
    const { post } = page([fakeController('website', 'Website')])
    await post('requeue?id=Website.example.dev//all')
    expect([done, taken[0]?.object]).toEqual([['trigger website -/all'], undefined])
  })

  test.each([
    ['elsewhere', /of another replica has it: annotate it/],
    ['not running', /does not run here: ask the replica that leads/],
    ['unknown cluster', /does not work in this cluster/],
  ] as const)('is told when it comes to nothing: %s', async (came, message) => {
    const { post } = page([fakeController('website', 'Website', came)])
    expect(await post(`requeue?id=${WEB}`)).toMatchObject({ status: 409, value: { message: expect.stringMatching(message) as string } })
  })

  test.each([['Pod/shop/web'], ['Website/shop/web'], ['web'], ['']])('needs a controller of its kind: %j', async (id) => {
    const { post } = page([fakeController('website', 'Website')])
    expect(await post(`requeue?id=${id}`)).toMatchObject({
      status: 404,
      value: { message: `no controller looks after "${id}": an owner of it may have one` },
    })
    expect([done, taken]).toEqual([[], []])
  })
})

test('a controller is paused and resumed, and both are written down', async () => {
  const { post } = page([fakeController('website', 'Website')])
  expect(await post('pause?controller=website')).toMatchObject({ status: 200 })
  expect(await post('resume?controller=website')).toMatchObject({ status: 200, value: { message: 'website: it goes on' } })
  expect(done).toEqual(['pause website', 'resume website'])
  expect(taken.map(({ action, controllers }) => [action, ...controllers])).toEqual([
    ['pause', 'website'],
    ['resume', 'website'],
  ])
})

test.each([
  ['pause?controller=other', 404, 'there is no controller "other"'],
  ['pause', 404, 'there is no controller ""'],
  ['drain', 404, 'there is no action "drain"'],
])('%s comes to nothing', async (path, status, message) => {
  const answer = await page([fakeController('website', 'Website')]).post(path)
  expect([answer.status, answer.value.message]).toEqual([status, expect.stringContaining(message)])
  expect([done, taken]).toEqual([[], []])
})

test.each(['GET', 'HEAD'])('a link does nothing: %s is refused', async (method) => {
  const { ask } = page([fakeController('website', 'Website')])
  expect(await ask('/api/actions/pause?controller=website', method)).toMatchObject({ status: 405, headers: { allow: 'POST' } })
  expect(done).toEqual([])
})

test('nothing else takes an order', async () =>
  expect(await page([]).ask('/api/overview', 'POST')).toMatchObject({ status: 405, headers: { allow: 'GET' } }))

describe('where actions are off', () => {
  test('nothing is done', async () => expect(await page(undefined).post('check')).toMatchObject({ status: 403 }))

  test('the page does not offer any; where they are on it knows of which kinds', async () => {
    const acts = async (controllers: readonly SourceController[] | undefined) =>
      (await page(controllers).ask('/api/overview', 'GET')).value.actsOn
    expect(await acts(undefined)).toBeUndefined()
    expect(await acts([fakeController('a', 'Website'), fakeController('b', 'Website')])).toEqual(['Website.example.dev'])
  })
})
