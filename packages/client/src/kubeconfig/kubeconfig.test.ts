import { describe, expect, test } from 'vitest'
import { mergeKubeconfigs, parseKubeconfig } from './kubeconfig.ts'

describe('what is no kubeconfig is told, with its file', () => {
  test.each([
    ['a: [', 'f is not valid YAML'],
    ['- a', 'f is not a kubeconfig: its top level is no mapping'],
    ['just words', 'f is not a kubeconfig'],
    ['kind: Pod', 'f is not a kubeconfig: its kind is "Pod"'],
    ['{"kind":[{"toString":0}]}', 'f is not a kubeconfig: its kind is [{"toString":0}], not "Config"'],
    ['clusters: {a: b}', 'f: clusters is not a list'],
    ['users: [{user: {}}]', 'f: users[0] has no name'],
    ['contexts: [null]', 'f: contexts[0] has no name'],
    ['current-context: 7', 'f: current-context is not a string'],
    ['a: 1\na: 2', 'f is not valid YAML'],
  ])('%j', async (text, words) => {
    await expect(parseKubeconfig(text, 'f')).rejects.toThrow(words)
  })

  test('the line at fault is not quoted: it may be the one with the token', async () => {
    const parsed = parseKubeconfig('users:\n- name: a\n  user: {token: hidden-token, token: hidden-token}\n', 'f')
    await expect(parsed).rejects.toThrow('line 3')
    await expect(parsed).rejects.not.toThrow('hidden-token')
  })

  test('an empty file is an empty kubeconfig', async () => {
    expect(await parseKubeconfig('', 'f')).toMatchObject({ files: ['f'], currentContext: undefined })
  })
})

test('what is written as JSON is read alike, and what only begins like JSON is read as YAML', async () => {
  const cluster = { name: 'c', cluster: { server: 'https://a' } }
  for (const text of [JSON.stringify({ clusters: [cluster] }), '{clusters: [{name: c, cluster: {server: https://a}}]}'])
    expect((await parseKubeconfig(text, 'f')).clusters.get('c')).toMatchObject({ raw: cluster.cluster, file: 'f' })
  await expect(parseKubeconfig('{"clusters": [', 'f')).rejects.toThrow('f is not valid YAML')
})

describe('several files are one', async () => {
  const one = await parseKubeconfig('clusters: [{name: c, cluster: {server: first}}]\ncontexts: [{name: x, context: {}}]', '/one/config')
  const two = await parseKubeconfig(
    'clusters: [{name: c, cluster: {server: second}}, {name: d, cluster: {}}]\ncurrent-context: x',
    '/two/config',
  )
  const three = await parseKubeconfig('current-context: y', '/three/config')
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
