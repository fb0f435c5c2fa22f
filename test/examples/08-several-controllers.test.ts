import { EventsV1Event } from '@kubewright/client'
import { eventually } from '@kubewright/testing'
import { expect, test } from 'vitest'
import { Book, Shelf } from '../../examples/08-several-controllers/library.ts'
import { testReadme, useExample } from './example.ts'
import { freePort } from './free-port.ts'

const example = useExample('08-several-controllers', [Shelf, Book])

testReadme('08-several-controllers', example)

test('books and shelves follow each other; events and metrics tell', async () => {
  const port = await freePort()
  const program = await example.start('library.ts', { flags: ['--metrics-bind-address', `127.0.0.1:${port}`] })
  const { client } = example
  const namespace = await example.namespace()
  const shelves = await client.resource(Shelf)
  const books = await client.resource(Book)
  const shelf = (name: string, room: number) => shelves.create(Shelf.of({ metadata: { namespace, name }, spec: { room } }))
  const book = (name: string) => books.create(Book.of({ metadata: { namespace, name }, spec: { title: name, shelf: 'poetry' } }))
  const held = async (name: string) => (await shelves.get({ namespace, name })).status?.books
  const reasons = async () => (await books.list({ namespace })).items.map(({ status }) => status?.conditions?.[0]?.reason)
  const metric = async (line: string) =>
    (await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).split('\n').find((text) => text.startsWith(line))

  await book('a')
  await book('b')
  await eventually(async () => expect(await reasons()).toEqual(['NoSuchShelf', 'NoSuchShelf']))
  await shelf('poetry', 1)
  await eventually(async () => expect(await reasons()).toEqual(['Placed', 'NoRoom']))
  await eventually(async () => expect(await held('poetry')).toBe(2))
  const events = await client.resource(EventsV1Event)
  await eventually(async () =>
    expect((await events.list({ namespace })).items.map(({ reason, note }) => [reason, note])).toEqual([
      ['Overfull', '2 books, and room for 1'],
    ]),
  )

  // One moves: both shelves hear of it, and the other book finds room.
  await shelf('prose', 5)
  await books.patch({ namespace, name: 'a' }, { type: 'merge', body: { spec: { shelf: 'prose' } } })
  await eventually(async () => expect([await held('poetry'), await held('prose')]).toEqual([1, 1]))
  await eventually(async () => expect(await reasons()).toEqual(['Placed', 'Placed']))

  const series = (name: string) => `library_shelf_books{namespace="${namespace}",name="${name}"}`
  expect(await metric(series('prose'))).toBe(`${series('prose')} 1`)
  expect(await metric('library_books_placed_total')).toMatch(/ [2-9]$/)
  expect(await metric('controller_runtime_reconcile_total{controller="book",result="success"}')).toBeDefined()
  await shelves.delete({ namespace, name: 'prose' })
  await eventually(async () => expect(await metric(series('prose'))).toBeUndefined())
  await program.stop()
})
