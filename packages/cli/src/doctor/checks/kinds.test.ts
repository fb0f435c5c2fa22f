import { defineKind, z } from '@kubewright/schema'
import { expect, test } from 'vitest'
import type { StoredDefinition } from '../../kinds/stored-definition.ts'
import { kindFindings } from './kinds.ts'

const Shop = defineKind({ group: 'example.dev', version: 'v1', kind: 'Shop', spec: z.object({ name: z.string().max(10) }) })
const wanted = Shop.crd()
const fine = [
  { type: 'Established', status: 'True' },
  { type: 'NamesAccepted', status: 'True' },
]

interface Status {
  readonly storedVersions?: readonly string[]
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[]
}
const live = (crd: object = wanted, status: Status = {}) =>
  ({ ...crd, status: { storedVersions: ['v1'], conditions: fine, ...status } }) as unknown as StoredDefinition
const problems = (found: StoredDefinition | undefined, kind = wanted) =>
  kindFindings(kind, found, 'apply').map(({ level, problem }) => `${level}: ${problem}`)

test('as it should be, whatever tools have noted on it', () => {
  expect(problems(live({ ...wanted, metadata: { ...wanted.metadata, labels: { 'helm.sh/chart': 'x' }, resourceVersion: '1' } }))).toEqual(
    [],
  )
})

test.each<[string, StoredDefinition | undefined, string]>([
  ['missing', undefined, 'error: it is not in the cluster: its objects cannot be made'],
  ['not established', live(wanted, { conditions: [fine[1]!] }), 'error: it is not established: the API server does not serve it'],
  [
    'names taken',
    live(wanted, { conditions: [{ type: 'NamesAccepted', status: 'False', message: '"shops" is already in use' }] }),
    'error: its names are taken: "shops" is already in use',
  ],
  [
    'a lost stored version',
    live(wanted, { storedVersions: ['v1alpha1', 'v1'] }),
    'error: objects may be stored in v1alpha1, which the program does not have any more',
  ],
])('%s', (_, found, problem) => expect(problems(found)).toContain(problem))

test('drift is told with its place', () => {
  const other = defineKind({
    group: 'example.dev',
    version: 'v1',
    kind: 'Shop',
    spec: z.object({ name: z.string().max(20), age: z.int().optional() }),
  })
  const [problem = ''] = problems(live(other.crd()))
  expect(problem).toMatch(
    /^error: it is not as the program defines it: .*spec.*age is more than there should be.*maxLength is 20 and should be 10/,
  )
})

test('an older version that is still stored is a warning, for it can never go', () => {
  const both = Shop.withVersion({
    version: 'v1beta1',
    spec: z.object({ name: z.string().max(10) }),
    toHub: (object: object) => object,
    fromHub: (object: object) => object,
  } as never) as unknown as typeof Shop
  const crd = both.crd({ conversion: { url: 'https://x/convert' } })
  expect(problems(live(crd, { storedVersions: ['v1beta1', 'v1'] }), crd)).toEqual([
    'warning: objects may still be stored in v1beta1: that version can never go',
  ])
  expect(problems(live({ ...crd, spec: { ...crd.spec, conversion: { strategy: 'None' } } }), crd).join()).toContain(
    'its versions are not converted',
  )
})
