import type { z } from 'zod'
import { VaultError } from './errors.ts'

/**
 * The answer in the shape that we rely on.
 * @throws VaultError `notVault` naming the field, never a value: whoever answers here may have put a secret into the wrong place
 */
export function answerOf<T extends z.ZodType>(shape: T, body: unknown, origin: string, path: string): z.output<T> {
  const result = shape.safeParse(body)
  if (result.success) return result.data
  const fields = result.error.issues.map((issue) => issue.path.join('.') || 'the body')
  throw new VaultError({
    failure: { is: 'notVault' },
    method: 'the answer to',
    path,
    origin,
    errors: [`not as expected: ${[...new Set(fields)].join(', ')}`],
  })
}
