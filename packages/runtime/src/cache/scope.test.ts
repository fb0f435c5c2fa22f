import { describe, expect, test } from 'vitest'
import { type InformerScope, partsOf, resolveScope, type ScopeDefaults, selectionOf } from './scope.ts'

const nothing: ScopeDefaults = { namespaces: [], byKind: undefined, watchList: 'auto' }
const asked = (scope: InformerScope, defaults: Partial<ScopeDefaults> = {}) =>
  resolveScope(scope, { ...nothing, ...defaults }).parts.map((part) => {
    const { namespace, labelSelector, fieldSelector } = selectionOf(part)
    return [namespace ?? '*', labelSelector, fieldSelector].filter((text) => text !== undefined).join(' ')
  })

describe('the watches of a scope', () => {
  test.each<[string, InformerScope, Partial<ScopeDefaults>, readonly string[]]>([
    ['nothing said: all namespaces with one', {}, {}, ['*']],
    ['one namespace', { namespace: 'a' }, {}, ['a']],
    ['several, each once', { namespaces: ['b', 'a', 'b'] }, {}, ['a', 'b']],
    ['the manager has some', {}, { namespaces: ['x'] }, ['x']],
    ['what is asked for goes before them', { namespaces: ['a'] }, { namespaces: ['x'] }, ['a']],
    ['all, though the manager has some', { namespaces: [] }, { namespaces: ['x'] }, ['*']],
    ['the kind has some', {}, { namespaces: ['x'], byKind: { namespaces: ['k'] } }, ['k']],
    ['what is asked for goes before those too', { namespace: 'a' }, { byKind: { namespaces: ['k'], labelSelector: 'l' } }, ['a l']],
    ['selectors of the kind', { labelSelector: 'mine' }, { byKind: { labelSelector: 'l', fieldSelector: 'f=1' } }, ['* mine f=1']],
    ['others in one namespace only', { byNamespace: { a: { labelSelector: 'x' } } }, {}, ['a x']],
    [
      'one namespace apart, and all the rest',
      { labelSelector: 'l', byNamespace: { a: {}, '*': { fieldSelector: 'f=1' } } },
      {},
      ['a', '* f=1,metadata.namespace!=a'],
    ],
    [
      'the general selectors where there are no others',
      { labelSelector: 'l', namespaces: ['a', 'b'], byNamespace: { b: { labelSelector: 'x' } } },
      {},
      ['a l', 'b x'],
    ],
  ])('%s', (_, scope, defaults, expected) => {
    expect(asked(scope, defaults)).toEqual(expected)
  })

  test('of a kind without namespaces are one', () => {
    const scope = resolveScope({ namespaces: ['a', 'b'], labelSelector: 'l' }, nothing)
    expect(partsOf(scope, false)).toMatchObject([{ namespace: undefined, except: [], labelSelector: 'l' }])
  })
})

test('what is kept of objects is taken from the asker, else from the kind, else is the default', () => {
  const byKind: InformerScope = { metadataOnly: true, managedFields: true, watchList: 'never', transform: (object) => object }
  expect(resolveScope({}, nothing)).toMatchObject({ metadataOnly: false, managedFields: false, watchList: 'auto', transform: undefined })
  expect(resolveScope({}, { ...nothing, byKind })).toMatchObject(byKind)
  expect(resolveScope({ metadataOnly: false, managedFields: false, watchList: 'auto' }, { ...nothing, byKind })).toMatchObject({
    metadataOnly: false,
    managedFields: false,
    watchList: 'auto',
    transform: byKind.transform,
  })
})
