import { expect, test } from 'vitest'
import { config } from '../config.ts'
import { sample } from '../fake/application.ts'
import type { Application } from '../kind/application.ts'
import { applicationHooks } from './hooks.ts'

const [hooks] = applicationHooks(config.parse({ allowedRegistries: ['ghcr.io'] }))

/** What the hooks refuse, under a policy that forbids the image of the sample. */
async function refused(object: Application, old: Application | undefined): Promise<readonly string[]> {
  const fields: string[] = []
  const add = (path: string) => void fields.push(path)
  for (const validate of hooks!.hooks.get('')!.validate)
    await validate({ object, old, errors: { invalid: add, forbidden: add }, warn: () => {} } as unknown as Parameters<typeof validate>[0])
  return fields
}

test.each<[string, Parameters<typeof sample>[0], readonly string[]]>([
  ['another scale of what was let in before is taken', { replicas: 9 }, []],
  ['other pods are refused', { env: [{ name: 'A', value: 'b' }] }, ['spec.image']],
  ['so is another forbidden image', { image: 'quay.io/acme/app:1' }, ['spec.image']],
  ['an allowed image is taken', { image: 'ghcr.io/acme/app:1' }, []],
])('after the policy became stricter: %s', async (_, spec, fields) => {
  expect(await refused(sample(spec), sample())).toEqual(fields)
})

test('what is new is judged', async () => {
  expect(await refused(sample(), undefined)).toEqual(['spec.image'])
})
