import { expect, test } from 'vitest'
import { config } from './config.ts'
import { demoObjects } from './demo.ts'
import { Application } from './kind/application.ts'
import { warningsFor } from './policy/consistency.ts'
import { policyProblemsOf, specProblems } from './policy/problems.ts'

test('the demonstration is a good example: nothing in it is refused, or warned of', () => {
  const shown = demoObjects().filter(({ kind }) => kind === 'Application')
  expect(shown.length).toBeGreaterThanOrEqual(3)
  for (const object of shown) {
    const application = Application.parse(object)
    const problems = [...specProblems(application), ...policyProblemsOf(application.spec, config.parse({}), undefined)]
    expect(problems, application.metadata.name).toEqual([])
    expect(warningsFor(application.spec), application.metadata.name).toEqual([])
  }
})

test.each([['ghcr.io'], ['ghcr.io/acme/team'], ['*.example.dev'], ['*'], ['registry:5000']])(
  'the registry "%s" may be named',
  (registry) => {
    expect(config.parse({ allowedRegistries: [registry] }).allowedRegistries).toEqual([registry])
  },
)

test.each([[''], ['https://ghcr.io'], ['a b'], ['**']])('"%s" is no registry', (registry) => {
  expect(() => config.parse({ allowedRegistries: [registry] })).toThrow('must be registries')
})
