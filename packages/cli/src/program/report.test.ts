import { ApiError, ConfigurationError } from '@kubewright/core'
import { CommanderError } from 'commander'
import { expect, test } from 'vitest'
import { UsageError } from '../usage-error.ts'
import { report } from './report.ts'

function reported(error: unknown, signal = new AbortController().signal) {
  const lines: string[] = []
  const output = { write: (text: string) => lines.push(text) }
  const code = report(error, { stdout: output, stderr: output, environment: {}, signal, insistence: signal })
  return { code, text: lines.join('') }
}

test.each([
  ['a wrong file', new ConfigurationError('a is wrong'), 1, 'a is wrong (KW-CONFIGURATION)'],
  ['a wrong command line', new UsageError('--a: no'), 2, '--a: no (KW-USAGE)'],
  ['what is no error', 'a text', 1, 'a text (KW-UNEXPECTED)'],
])('%s is told in one line that ends with its code', (_, error, code, line) =>
  expect(reported(error)).toEqual({ code, text: `kubewright: ${line}\n` }),
)

test('an answer of the server is told with what mends it, which the server does not say', () => {
  const { code, text } = reported(new ApiError({ code: 403, message: 'no' } as never, { request: 'GET /x' }))
  expect(code).toBe(1)
  expect(text).toMatch(/^kubewright: GET \/x: no \(KW-FORBIDDEN\)\nkubewright: mend: Apply the roles of the operator[^\n]+\n$/)
})

test('several problems are a line each, and the code ends the last', () => {
  const error = new ConfigurationError('a\nb', { code: 'KW-SETTINGS' })
  expect(reported(error)).toEqual({ code: 1, text: 'kubewright: a\nkubewright: b (KW-SETTINGS)\n' })
})

test('a defect is told with its stack', () => {
  const { code, text } = reported(new TypeError('x is not a function'))
  expect(code).toBe(1)
  expect(text).toMatch(/^kubewright: TypeError: x is not a function\nkubewright: {5}at .*\(KW-UNEXPECTED\)\n$/s)
})

test('a stop that was asked for, and help that was printed, are no failures', () => {
  const stopped = AbortSignal.abort(new Error('stopped'))
  expect(reported(stopped.reason, stopped)).toEqual({ code: 0, text: '' })
  expect(reported(new CommanderError(0, 'commander.help', ''))).toEqual({ code: 0, text: '' })
  expect(reported(new CommanderError(1, 'commander.unknownOption', ''))).toEqual({ code: 2, text: '' })
})
