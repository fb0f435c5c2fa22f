import { describe, expect, test } from 'vitest'
import { chosen } from './options.ts'

const seed = () => 77

describe('npm run soak', () => {
  test.each([
    ['the embedded API server and a seed of its own', ['--minutes', '5'], { minutes: 5, server: 'embedded', seed: 77, plant: undefined }],
    [
      'what is asked for',
      ['--minutes', '0.5', '--server', 'real', '--seed', '3', '--plant', 'leak'],
      { minutes: 0.5, server: 'real', seed: 3, plant: 'leak' },
    ],
  ])('takes %s', (_, args, options) => expect(chosen(args, seed)).toEqual(options))

  test.each([
    ['no time', [], /--minutes: give how long/],
    ['a time that is none', ['--minutes', 'long'], /--minutes: give how long/],
    ['another server', ['--minutes', '1', '--server', 'kind'], /--server: "kind" must be "embedded" or "real"/],
    ['a seed that is none', ['--minutes', '1', '--seed', 'x'], /--seed: "x" must be a whole number/],
    ['an unknown defect', ['--minutes', '1', '--plant', 'rose'], /--plant: "rose" must be one of leak, miss, deletion/],
    ['an unknown flag', ['--hours', '1'], /--hours/],
  ])('refuses %s', (_, args, problem) => expect(() => chosen(args, seed)).toThrow(problem))
})
