import { describe, expect, test } from 'vitest'
import { type EndpointGroup, type EndpointSlice, slicesOf } from './endpoint-slices.ts'

const endpoints = (...last: readonly number[]) => last.map((each) => ({ addresses: [`10.0.0.${each}`] }))
const WEB = [{ name: 'web', port: 80, protocol: 'TCP' }]
const ADMIN = [{ name: 'admin', port: 81, protocol: 'TCP' }]
const slice = (name: string, ports: readonly object[] | null, own: readonly number[] | null): EndpointSlice => ({
  metadata: { name, labels: { old: '' } },
  addressType: 'IPv4',
  ports,
  endpoints: own === null ? null : endpoints(...own),
})
const group = (ports: readonly object[] | null, own: readonly number[]): EndpointGroup => ({
  addressType: 'IPv4',
  ports,
  endpoints: endpoints(...own),
})

/** What becomes of the slices: `update a 1,2`. */
function outcome(groups: readonly EndpointGroup[], known: readonly EndpointSlice[], most = 2): readonly string[] {
  return slicesOf({ metadata: { generateName: 's-', labels: { new: '' } }, groups, known, most }).map(({ do: what, object }) => {
    const { endpoints: own } = object as EndpointSlice
    const addresses = what === 'delete' ? '' : (own?.map(({ addresses: [ip = ''] }) => ip.slice('10.0.0.'.length)).join() ?? 'none')
    return `${what} ${object.metadata.name ?? 'new'} ${addresses}`.trimEnd()
  })
}

describe('endpoint slices', () => {
  test('are as many as the endpoints need', () => {
    expect(outcome([group(WEB, [1, 2, 3])], [])).toEqual(['create new 1,2', 'create new 3'])
  })

  test('keep the endpoints that they have, and take new ones where there is room', () => {
    expect(outcome([group(WEB, [1, 3, 4, 5])], [slice('a', WEB, [1, 2]), slice('b', WEB, [3])])).toEqual(['update a 1,4', 'update b 3,5'])
  })

  test('that become empty are filled anew before another one is made', () => {
    expect(outcome([group(ADMIN, [1])], [slice('a', WEB, [1]), slice('b', WEB, [2])])).toEqual(['update a 1', 'delete b'])
  })

  test('of one without endpoints are one that is empty', () => {
    expect(outcome([group(null, [])], [])).toEqual(['create new none'])
    expect(outcome([group(null, [])], [slice('a', WEB, [1]), slice('b', WEB, [2])])).toEqual(['update a none', 'delete b'])
  })

  test('all go where nobody asks for one', () => {
    expect(outcome([], [slice('a', WEB, [1])])).toEqual(['delete a'])
  })

  test('of another address family are never turned into this one', () => {
    const six: EndpointGroup = { addressType: 'IPv6', ports: WEB, endpoints: [{ addresses: ['10.0.0.6'] }] }
    expect(outcome([six], [slice('a', WEB, [1])])).toEqual(['create new 6', 'delete a'])
  })

  test('are of the same ports in whatever order these stand', () => {
    const ports = [...WEB, ...ADMIN]
    expect(outcome([group(ports, [1])], [slice('a', ports.toReversed(), [1])])).toEqual(['update a 1'])
  })

  test('bear the labels that are wanted now, and keep their names', () => {
    const [effect] = slicesOf({ metadata: { labels: { new: '' } }, groups: [group(WEB, [1])], known: [slice('a', WEB, [1])], most: 2 })
    expect(effect?.object.metadata).toEqual({ name: 'a', labels: { new: '' } })
  })
})
