import { CelEvaluationError } from '../errors.ts'
import type { CelValue } from '../values/value.ts'
import { type Overload, overload } from './overload.ts'

/** cel-go's base64 extension, which Kubernetes does not turn on. */
export function encoderLibrary(): Overload[] {
  return [
    overload('base64::encode(bytes): string', (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')),
    overload('base64::decode(string): bytes', decode),
  ]
}

function decode(text: string): CelValue {
  const unpadded = text.replace(/=+$/, '')
  // Padding may be left away; what is left must be base64 of whole bytes.
  if (!/^[A-Za-z0-9+/]*$/.test(unpadded) || unpadded.length % 4 === 1) throw new CelEvaluationError('illegal base64 data')
  return new Uint8Array(Buffer.from(unpadded, 'base64'))
}
