import { expect, test } from 'vitest'
import { wordsOf } from './command-line.ts'

test.each([
  ['kubectl get  pods', ['kubectl', 'get', 'pods']],
  [`patch -p '{"a": "b c"}'`, ['patch', '-p', '{"a": "b c"}']],
  [`-o jsonpath='{.data.a}{"\\n"}'`, ['-o', 'jsonpath={.data.a}{"\\n"}']],
  [`annotate x "note=it's mine"`, ['annotate', 'x', `note=it's mine`]],
  [`label x a=''`, ['label', 'x', 'a=']],
])('%s', (line, words) => {
  expect(wordsOf(line)).toEqual(words)
})
