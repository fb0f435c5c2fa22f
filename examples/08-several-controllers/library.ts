// Several controllers, one program: books find their shelf, shelves count their books. With events for people and metrics of its own for machines.
import { Counter, conditions, controller, defineKind, type ObjectOf, objectGauge, Registry, references, run, watch, z } from 'kubewright'

export const Shelf = defineKind({
  group: 'library.example.dev',
  version: 'v1',
  kind: 'Shelf',
  plural: 'shelves',
  spec: z.object({ room: z.int().min(0) }),
  status: z.object({ books: z.int().optional() }),
})

export const Book = defineKind({
  group: 'library.example.dev',
  version: 'v1',
  kind: 'Book',
  spec: z.object({ title: z.string().min(1), shelf: z.string().min(1) }),
  status: z.object({ conditions: conditions().optional() }),
})

/** Served with the program's own metrics. */
export const metrics = new Registry()
const placed = new Counter({ name: 'library_books_placed_total', help: 'Books that found room on their shelf', registers: [metrics] })
const held = objectGauge(metrics, { name: 'library_shelf_books', help: 'Books that name the shelf' })

export const shelves = controller(Shelf, {
  // A book that moves reconciles the shelf that it leaves and the one that it comes to.
  watches: [watch(Book, ({ metadata, spec }) => [{ namespace: metadata.namespace, name: spec.shelf }])],
  reconcile({ object, status, cache, recorder }) {
    const books = booksOn(object.metadata.name, cache.list(Book, { namespace: object.metadata.namespace }))
    held.set(object, [{ labels: {}, value: books.length }])
    if (books.length > object.spec.room && (status.books ?? 0) <= object.spec.room)
      recorder.event(object, { type: 'Warning', reason: 'Overfull', note: `${books.length} books, and room for ${object.spec.room}` })
    status.books = books.length
  },
  // By its name: what is gone has no more than that.
  onDeleted: ({ namespace, name }) => held.forget({ metadata: { name, ...(namespace && { namespace }) } }),
})

export const books = controller(Book, {
  workers: 4,
  watches: [references(Shelf, ({ spec }) => [spec.shelf])],
  reconcile({ object, cache, condition, status }) {
    const { namespace, name } = object.metadata
    const shelf = cache.get(Shelf, { namespace, name: object.spec.shelf })
    if (shelf === undefined) return condition('Placed', false, 'NoSuchShelf', `there is no shelf "${object.spec.shelf}"`)
    const place = booksOn(object.spec.shelf, cache.list(Book, { namespace })).findIndex((book) => book.metadata.name === name)
    const fits = place < shelf.spec.room
    const wasPlaced = status.conditions?.[0]?.status === 'True'
    condition('Placed', fits, fits ? 'Placed' : 'NoRoom', fits ? '' : `the shelf has room for ${shelf.spec.room}`)
    if (fits && !wasPlaced) placed.inc()
  },
})

function booksOn(shelf: string, all: readonly ObjectOf<typeof Book>[]) {
  return all.filter(({ spec }) => spec.shelf === shelf).toSorted((a, b) => (a.metadata.name! < b.metadata.name! ? -1 : 1))
}

if (import.meta.main) await run(shelves, books, metrics)
