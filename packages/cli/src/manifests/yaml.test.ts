import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { yamlOf } from './yaml.ts'

test.each(['2012-10-17', '2001-12-14T21:59:43Z', 'yes', 'off', 'on', '0o17', '1_000', '12:30:45', '~'])(
  'the string %s is one to readers of YAML 1.1 too, such as kustomize',
  (text) => {
    const written = yamlOf([{ text }])
    expect(parse(written, { version: '1.1' })).toEqual({ text })
    expect(parse(written)).toEqual({ text })
  },
)
