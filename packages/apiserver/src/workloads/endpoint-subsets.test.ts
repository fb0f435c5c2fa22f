import { expect, test } from 'vitest'
import { repacked, type Subset } from './endpoint-subsets.ts'

const port = (name: string, number: number) => ({ name, port: number, protocol: 'TCP' })
const [a, b] = [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }]
const [web, admin] = [port('web', 80), port('admin', 81)]

test.each<[string, readonly Subset[], readonly Subset[]]>([
  ['nothing', [], []],
  ['ports without addresses', [{ ports: [web] }], []],
  ['addresses without ports', [{ addresses: [b] }, { addresses: [a] }], [{ addresses: [a, b] }]],
  [
    'two pods on the same ports',
    [
      { addresses: [b], ports: [web, admin] },
      { addresses: [a], ports: [web, admin] },
    ],
    [{ addresses: [a, b], ports: [web, admin] }],
  ],
  [
    'one pod on a port of its own',
    [
      { addresses: [a], ports: [web, admin] },
      { addresses: [b], ports: [web] },
    ],
    [
      { addresses: [a, b], ports: [web] },
      { addresses: [a], ports: [admin] },
    ],
  ],
  [
    'one port name with two numbers',
    [
      { addresses: [a], ports: [web] },
      { addresses: [b], ports: [port('web', 8080)] },
    ],
    [
      { addresses: [a], ports: [web] },
      { addresses: [b], ports: [port('web', 8080)] },
    ],
  ],
  [
    'an address that is ready and not ready',
    [
      { notReadyAddresses: [a], ports: [web] },
      { addresses: [a], ports: [web] },
    ],
    [{ notReadyAddresses: [a], ports: [web] }],
  ],
])('%s: what is the same behind several ports is said once', (_name, subsets, expected) => {
  expect(repacked(subsets)).toEqual(expected)
})

test('two pods that share an address are two', () => {
  const [one, other] = ['x', 'y'].map((uid) => ({ ...a, targetRef: { uid } }))
  expect(
    repacked([
      { addresses: [other!], ports: [web] },
      { addresses: [one!], ports: [web] },
    ]),
  ).toEqual([{ addresses: [one, other], ports: [web] }])
})
