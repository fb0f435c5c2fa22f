import { expect, test } from 'vitest'
import { defaultRules } from '../path/path-policy.ts'
import { verdictOn } from './verdict.ts'

const policy = { rules: defaultRules(''), placement: { clusterName: '', stripData: true }, vaults: ['east'] }
const verdict = (annotations: Record<string, string>) =>
  verdictOn(Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`vault-sync.io/${key}`, value])), 'team', policy)

test.each<[string, Record<string, string>, readonly RegExp[]]>([
  ['all well', { path: 'secret/team/shop', reconcile: '5m', vault: 'east' }, []],
  ['B5: a path of another namespace', { path: 'secret/other/shop' }, [/path policy allows this namespace \*\/team\/\*\*/]],
  ['B4: a path that steps up', { path: 'secret/team/../other' }, [/segment of dots/]],
  ['malformed JSON', { path: 'secret/team/shop', secrets: '[{' }, [/is not JSON/]],
  ['a duration that is none', { path: 'secret/team/shop', reconcile: '5 minutes' }, [/reconcile/]],
  ['an unknown key', { path: 'secret/team/shop', reconsile: '5m' }, [/did you mean "reconcile"/]],
  ['a Vault that is none', { path: 'secret/team/shop', vault: 'west' }, [/no such Vault: one of east/]],
  ['all of it at once', { path: 'secret/other/shop', secrets: 'x', reconcile: 'x' }, [/JSON/, /reconcile/, /path policy/]],
])('%s', (_, annotations, expected) => {
  const { errors } = verdict(annotations)
  expect(errors).toHaveLength(expected.length)
  for (const pattern of expected) expect(errors.join('\n')).toMatch(pattern)
})

test('an object without a path is not refused for its other annotations', () => {
  expect(verdict({ reconsile: '5m' }).errors).toEqual([])
  expect(verdict({ reconsile: '5m' }).warnings).toHaveLength(1)
})
