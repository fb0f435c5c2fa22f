import { expect, test } from 'vitest'
import { AUTHOR_ANNOTATION } from '../author/author.ts'
import { GarbageCollectionPolicy, type Policy } from '../kinds/policies.ts'
import { recordAuthor } from './author-record.ts'

const ROOT = '{"user":"root","groups":["system:masters"],"extra":{},"generation":9}'
const ANN = (generation: number) => ({ user: 'ann', groups: ['team'], extra: {}, generation })
const BOB = (generation: number) => ({ user: 'bob', groups: ['team'], extra: {}, generation })

type Spec = Parameters<typeof GarbageCollectionPolicy.of>[0]['spec']
const policy = (spec: Partial<Spec> = {}, author?: string, generation = 1): Policy =>
  GarbageCollectionPolicy.of({
    metadata: {
      name: 'p',
      namespace: 'team',
      generation,
      ...(author !== undefined && { annotations: { [AUTHOR_ANNOTATION]: author, other: 'stays' } }),
    },
    spec: { targetResource: { apiVersion: 'v1', kind: 'ConfigMap' }, ttl: { secondsAfterCreation: 60 }, ...spec },
  })

/** What is recorded when `user` writes `now` over `old`. */
function recorded(user: string, now: Policy, old?: Policy): unknown {
  const object = structuredClone(now) as never
  const request = { ...(old !== undefined && { oldObject: old }) } as never
  recordAuthor({ object, old: old as never, user: { username: user, groups: ['team'] }, request } as never)
  const { annotations } = (object as Policy).metadata
  const text = annotations?.[AUTHOR_ANNOTATION]
  return text === undefined ? undefined : (JSON.parse(text) as unknown)
}

const byAnn = JSON.stringify(ANN(1))
const ttl = { secondsAfterCreation: 120 }

test.each<[string, Policy, Policy | undefined, unknown]>([
  ['whoever creates it', policy(), undefined, BOB(1)],
  ['whoever creates it, whatever they say about it', policy({}, ROOT), undefined, BOB(1)],
  ['whoever changes what it does', policy({ ttl }, byAnn), policy({}, byAnn), BOB(2)],
  ['whoever changes what it does, and not whom they name', policy({ ttl }, ROOT, 3), policy({}, byAnn, 3), BOB(4)],
  ['still its author, when something else was written', policy({}, byAnn), policy({}, byAnn), ANN(1)],
  ['still its author, when somebody wrote another', policy({}, ROOT), policy({}, byAnn), ANN(1)],
  ['nobody still, when somebody wrote one beside the webhook’s knowledge', policy({}, ROOT), policy(), undefined],
  ['still its author, when somebody pauses it', policy({ paused: true }, byAnn), policy({}, byAnn), ANN(2)],
  ['still its author, when somebody makes it a dry run', policy({ behavior: { dryRun: true } }, byAnn), policy({}, byAnn), ANN(2)],
  ['whoever lets it go on', policy({}, byAnn), policy({ paused: true }, byAnn), BOB(2)],
  ['whoever ends its dry run', policy({}, byAnn), policy({ behavior: { dryRun: true } }, byAnn), BOB(2)],
  ['whoever pauses it and changes what it does', policy({ paused: true, ttl }, byAnn), policy({}, byAnn), BOB(2)],
  ['whoever pauses one that has no author', policy({ paused: true }), policy(), BOB(2)],
  ['whoever pauses one that was changed since, past the webhook', policy({ paused: true }, byAnn, 2), policy({}, byAnn, 2), BOB(3)],
  ['whoever pauses one whose author cannot be read', policy({ paused: true }, '{'), policy({}, '{'), BOB(2)],
])('recorded is %s', (_, now, old, expected) => expect(recorded('bob', now, old)).toEqual(expected))

test('other annotations stay as they are', () => {
  const object = structuredClone(policy({ ttl }, ROOT)) as never
  recordAuthor({ object, old: policy() as never, user: { username: 'bob' }, request: { oldObject: policy() } } as never)
  expect((object as Policy).metadata.annotations).toMatchObject({ other: 'stays' })
})
