import { expect, test } from 'vitest'
import { z } from 'zod'
import { structuralOf } from './conversion.ts'

const strategy = z.object({ type: z.enum(['Rolling', 'Recreate']).default('Rolling'), surge: z.int().default(1) })

test('a prefault stands in the CRD with all that is filled in: the API server judges a default by the CEL rules around it before it fills in', () => {
  expect(structuralOf(strategy.prefault({ surge: 2 }), 'spec.s').default).toEqual({ type: 'Rolling', surge: 2 })
})

test('a default that is whole stands in the CRD', () => {
  expect(structuralOf(strategy.default({ type: 'Recreate', surge: 3 }), 'spec.s').default).toEqual({ type: 'Recreate', surge: 3 })
})

test.each<[string, z.ZodType, string, string]>([
  ['that its own schema refuses', z.int().max(3).default(4), 'spec.s', 'refuses the default'],
  ['with a field that would be pruned', strategy.prefault({ surges: 2 } as object), 'spec.s.surges', 'pruning'],
  ['with such a field deep in a list', z.array(strategy).prefault([{ surges: 2 } as object]), 'spec.s[0].surges', 'pruning'],
  ['that the API server would add to, and zod would not', strategy.default({ surge: 3 } as never), 'spec.s', 'prefault'],
  ['that is no JSON', z.unknown().default(() => undefined), 'spec.s', 'no JSON'],
])('a default is refused %s', (_, schema, path, problem) => {
  expect(() => structuralOf(schema, 'spec.s')).toThrow(
    expect.objectContaining({ path, message: expect.stringContaining(problem) as string }),
  )
})
