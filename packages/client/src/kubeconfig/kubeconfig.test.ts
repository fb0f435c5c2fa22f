import { describe, expect, test } from 'vitest'
import { mergeKubeconfigs, parseKubeconfig } from './kubeconfig.ts'

describe('what is no kubeconfig is told, with its file', () => {
  test.each([
    ['a: [', 'f is not valid YAML'],
    ['- a', 'f is not a kubeconfig: its top level is no mapping'],
    ['just words', 'f is not a kubeconfig'],
    ['kind: Pod', 'f is not a kubeconfig: its kind is "Pod"'],
    ['clusters: {a: b}', 'f: clusters is not a list'],
    ['users: [{user: {}}]', 'f: users[0] has no name'],
    ['contexts: [null]', 'f: contexts[0] has no name'],
    ['current-context: 7', 'f: current-context is not a string'],
    ['a: 1\na: 2', 'f is not valid YAML'],
  ])('%j', (text, words) => {
    expect(() => parseKubeconfig(text, 'f')).toThrow(words)
  })

  test('the line at fault is not quoted: it may be the one with the token', () => {
    const parse = () => parseKubeconfig('users:\n- name: a\n  user: {token: hidden-token, token: hidden-token}\n', 'f')
    expect(parse).toThrow('line 3')
    expect(parse).not.toThrow('hidden-token')
  })

  test('an empty file is an empty kubeconfig', () => {
    expect(parseKubeconfig('', 'f')).toMatchObject({ files: ['f'], currentContext: undefined })
  })
})

describe('several files are one', () => {
  const one = parseKubeconfig('clusters: [{name: c, cluster: {server: first}}]\ncontexts: [{name: x, context: {}}]', '/one/config')
  const two = parseKubeconfig('clusters: [{name: c, cluster: {server: second}}, {name: d, cluster: {}}]\ncurrent-context: x', '/two/config')
  const three = parseKubeconfig('current-context: y', '/three/config')
  const merged = mergeKubeconfigs([one, two, three])

  test('the first that has a name wins', () => {
    expect(merged.clusters.get('c')).toMatchObject({ raw: { server: 'first' }, file: '/one/config' })
    expect([...merged.clusters.keys()].sort()).toEqual(['c', 'd'])
  })

  test('the first current context wins', () => {
    expect(merged.currentContext).toBe('x')
  })

  test('each entry remembers the folder that its relative paths are relative to', () => {
    expect(merged.clusters.get('c')?.folder).toBe('/one')
    expect(merged.clusters.get('d')?.folder).toBe('/two')
  })
})
