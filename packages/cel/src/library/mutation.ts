import { DYN, type ObjectType, objectType, STRING } from '../types/type.ts'
import { type Overload, overload } from './overload.ts'

const JSON_PATCH = objectType('JSONPatch', { op: STRING, path: STRING, from: STRING, value: DYN })

/** The types of what expressions of mutating policies make: `JSONPatch`, and `Object` with any fields, of which `Object.spec` is that of one. */
export function mutationType(name: string): ObjectType | undefined {
  if (name === 'JSONPatch') return JSON_PATCH
  return name === 'Object' || name.startsWith('Object.') ? { kind: 'object', name, fields: new Map(), open: true } : undefined
}

/** `jsonpatch.escapeKey('example.com/key')`: a key as a path of JSON patch has it. */
export function mutationLibrary(): Overload[] {
  return [overload('jsonpatch::escapeKey(string): string', (key: string) => key.replace(/[~/]/g, (sign) => (sign === '~' ? '~0' : '~1')))]
}
