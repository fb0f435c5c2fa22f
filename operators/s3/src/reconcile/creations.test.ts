import { virtualClock } from '@kubewright/testing/virtual-clock'
import { beforeEach, describe, expect, test } from 'vitest'
import { type FailureClass, RemoteFailure } from '../gateway/failure.ts'
import { Creations, type Found, type Maker } from './creations.ts'

const MINUTE = 60_000

let clock: ReturnType<typeof virtualClock>
let creations: Creations
let maker: Maker & { object: { status?: Maker['status'] } }
beforeEach(() => {
  clock = virtualClock()
  creations = new Creations(clock)
  maker = { object: { metadata: { uid: 'u' } }, status: {} }
})

/** What the runtime does at the end of a pass. */
const store = () => {
  maker = { object: { metadata: { uid: 'u' }, status: { ...maker.status } }, status: { ...maker.status } }
}
const answered = (is: FailureClass) => () =>
  Promise.reject(new RemoteFailure('CreateBucket', { is, code: 'X', status: is === 'Transient' ? 0 : 409, message: '' }))
const sendAndFail = (is: FailureClass) => creations.send(maker, answered(is)).catch(() => undefined)
/** Made `after` ms from now, by the server's clock, and untouched. */
const thing = ({ after = 0, marked = false, untouched = true, dated = true } = {}): Found => {
  const createdAt = dated ? clock.now() + after : undefined
  return { isMarked: async () => marked, createdAt: async () => createdAt, isUntouched: async () => untouched }
}

describe('an intent', () => {
  test('is stored before anything is sent', () => {
    expect(creations.announce(maker)).toBe(false)
    expect(maker.status.pendingCreate).toBeDefined()
    store()
    expect(creations.announce(maker)).toBe(true)
  })

  test('that has waited for its turn is as good as new', async () => {
    creations.announce(maker)
    store()
    await clock.advance(60 * MINUTE)
    expect(creations.announce(maker)).toBe(true)
  })

  test.each([
    ['old', 20 * MINUTE],
    ['of a clock that was ahead', -2 * MINUTE],
  ])('of another life that is %s is made anew', async (_name, later) => {
    creations.announce(maker)
    store()
    const { at } = maker.object.status!.pendingCreate!
    creations = new Creations(clock)
    if (later > 0) await clock.advance(later)
    else maker.object.status!.pendingCreate = { at: new Date(clock.now() - later).toISOString() }
    expect(creations.announce(maker)).toBe(false)
    expect(maker.status.pendingCreate?.at === at).toBe(later < 0)
  })
})

describe('4.2-3 what is there is somebody else’s', () => {
  beforeEach(() => {
    creations.announce(maker)
    store()
  })

  test('when nothing was sent yet', async () => expect(await creations.accountsFor(maker, thing({ marked: true }))).toBe(false))

  test.each(['Conflict', 'Denied', 'Refused', 'Throttled', 'Unauthenticated'] as const)('when the server said %s', async (is) => {
    await sendAndFail(is)
    expect(await creations.accountsFor(maker, thing())).toBe(false)
  })

  test('when there is no intent at all', async () =>
    expect(await creations.accountsFor({ object: { metadata: { uid: 'u' } } }, thing({ marked: true }))).toBe(false))
})

describe('4.2-6 what is there after an answer was lost', () => {
  const lost: Readonly<Record<string, () => Promise<unknown>>> = {
    'on the way': () => sendAndFail('Transient'),
    'with a refusal of the second try': async () => {
      await sendAndFail('Transient')
      await sendAndFail('Conflict')
    },
    'by an abort': () => creations.send(maker, () => Promise.reject(new DOMException('stopped', 'AbortError'))).catch(() => undefined),
    'with the process': async () => {
      creations = new Creations(clock)
    },
  }
  beforeEach(() => {
    creations.announce(maker)
    store()
  })

  test.each(Object.entries(lost))('%s is ours', async (_name, lose) => {
    await lose()
    expect(await creations.accountsFor(maker, thing())).toBe(true)
  })

  test.each([
    ['bears the mark, whenever it was made', { marked: true, after: -90 * MINUTE, untouched: false }, true],
    ['was made before the intent', { after: -2 * MINUTE }, false],
    ['was made long after it', { after: 20 * MINUTE }, false],
    ['is in use', { untouched: false }, false],
    ['does not say when it was made', { dated: false }, false],
    ['was made within minutes of it, by another clock', { after: -0.5 * MINUTE }, true],
  ])('that %s: %o, ours: %s', async (_name, found, isOurs) => {
    await sendAndFail('Transient')
    expect(await creations.accountsFor(maker, thing(found))).toBe(isOurs)
  })
})

test('what was made is sent once, and its answer handed on', async () => {
  creations.announce(maker)
  store()
  expect(await creations.send(maker, async () => 'made')).toBe('made')
})

test('what is forgotten counts as sent', async () => {
  creations.announce(maker)
  store()
  creations.forget(maker.object)
  expect(await creations.accountsFor(maker, thing())).toBe(true)
})
