import type { Kind, KubeObject } from '@kubewright/core'
import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FakeServer } from '../fake/fake-server.ts'
import { Event, Lease, type Program, startProgram, Website, website } from '../fake/program.ts'
import { controller } from './definition.ts'
import { references } from './options.ts'

const Page: Kind<KubeObject> = { group: '', version: 'v1', kind: 'Page', plural: 'pages', namespaced: true }
const Theme: Kind<KubeObject> = { group: '', version: 'v1', kind: 'Theme', plural: 'themes', namespaced: false }

const page = (name: string, namespace = 'shop') => ({ metadata: { name, namespace } })

let program: Program
let seen: string[]
beforeEach(async () => {
  seen = []
  const reconcile = ({ request }: { readonly request: { readonly name: string } }) => void seen.push(request.name)
  const first = controller(Website, {
    name: 'first',
    watches: [
      references(Page, ({ spec: { image } }) => {
        const [namespace, name] = image.split('/')
        return [name === undefined ? image : { name, ...(namespace === 'own' ? {} : { namespace }) }]
      }),
      references(Theme, ({ metadata }) => [metadata.name === 'e' ? { name: 'dark' } : 'dark']),
    ],
    reconcile,
  })
  // One informer serves both, so each has indexes of its own.
  const second = controller(Website, { name: 'second', watches: [references(Page, () => [])], reconcile: () => {} })
  program = await startProgram([first, second], {
    server: new FakeServer().serve(Website, Page, Theme, Lease, Event),
    clock: virtualClock(),
    prepare(server) {
      for (const [name, image] of Object.entries({ a: 'index', b: 'index', c: 'about', d: 'other/index', e: 'own/contact' }))
        server.put(Website, website(name, image))
      server.put(Page, page('about'))
    },
  })
  seen.length = 0
})
afterEach(() => program.stop())

const told = async () => {
  await settle()
  await program.clock.advance(10)
  return seen.splice(0).sort()
}

describe('an object that others name', () => {
  test('reconciles all of them when it comes, changes and goes, and nobody else', async () => {
    const { server } = program
    server.put(Page, page('index'))
    expect(await told()).toEqual(['a', 'b'])
    server.put(Page, { metadata: { ...page('index').metadata, labels: { changed: 'yes' } } })
    expect(await told()).toEqual(['a', 'b'])
    server.remove(Page, 'shop/index')
    expect(await told()).toEqual(['a', 'b'])
    server.put(Page, page('nobody-names-it'))
    expect(await told()).toEqual([])
  })

  test('of another namespace is another one, and can be named with it', async () => {
    program.server.put(Page, page('index', 'other'))
    expect(await told()).toEqual(['d'])
  })

  test('of the own namespace can be named by a reference that leaves the namespace out', async () => {
    program.server.put(Page, page('contact', 'other'))
    expect(await told()).toEqual([])
    program.server.put(Page, page('contact'))
    expect(await told()).toEqual(['e'])
  })

  test('without a namespace is named by its name', async () => {
    program.server.put(Theme, { metadata: { name: 'dark' } })
    expect(await told()).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test('is looked for where the objects say now, and not where they said before', async () => {
    program.server.put(Website, website('a', 'about'))
    await told()
    program.server.put(Page, page('index'))
    expect(await told()).toEqual(['b'])
    program.server.put(Page, { metadata: { ...page('about').metadata, labels: { changed: 'yes' } } })
    expect(await told()).toEqual(['a', 'c'])
  })
})
