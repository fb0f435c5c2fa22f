import { expect, test } from 'vitest'
import { kubeconfigContexts } from './contexts.ts'

const text = (more: { readonly server?: string; readonly token?: string; readonly current?: string } = {}) =>
  JSON.stringify({
    'current-context': more.current ?? 'a',
    contexts: [
      { name: 'a', context: { cluster: 'paris', user: 'jane' } },
      { name: 'b', context: { cluster: 'rome' } },
    ],
    clusters: [
      { name: 'paris', cluster: { server: more.server ?? 'https://paris' } },
      { name: 'rome', cluster: { server: 'https://rome' } },
    ],
    users: [{ name: 'jane', user: { token: more.token ?? 'secret' } }],
  })
const printsOf = async (config: string) => (await kubeconfigContexts(config, 'config')).map(({ print }) => print)

test('names the contexts', async () => {
  expect((await kubeconfigContexts(text(), 'config')).map(({ name }) => name)).toEqual(['a', 'b'])
  expect(await kubeconfigContexts('', 'config')).toEqual([])
})

test.each<[string, Parameters<typeof text>[0], readonly [boolean, boolean]]>([
  ['nothing', {}, [true, true]],
  ['which is the current one', { current: 'b' }, [true, true]],
  ['the cluster of one', { server: 'https://elsewhere' }, [false, true]],
  ['the user of one', { token: 'another' }, [false, true]],
])('a context’s print tells whether it has changed: %s', async (_, change, same) => {
  const [before, after] = [await printsOf(text()), await printsOf(text(change))]
  expect(before.map((print, at) => print === after[at])).toEqual(same)
})

test('a print tells no secret', async () => {
  expect(JSON.stringify(await kubeconfigContexts(text(), 'config'))).not.toContain('secret')
})

test('what is no kubeconfig is refused', async () => {
  await expect(kubeconfigContexts('[]', 'somewhere')).rejects.toThrow('somewhere is not a kubeconfig')
})
