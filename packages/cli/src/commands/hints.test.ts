import { defineKind } from '@kubewright/schema'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineOperator } from '../operator.ts'
import { hintsFor } from './hints.ts'

const kind = (name: string, shortNames: readonly string[] = []) =>
  defineKind({ group: 'example.dev', version: 'v1', kind: name, spec: z.object({}), shortNames })
const operator = (name: string, more: object) => defineOperator({ name, description: '', config: z.object({}), setup() {}, ...more })
const object = (named: string) => ({ apiVersion: 'v1', kind: named, metadata: { name: 'a' } })

test('every operator has one: its kinds by their short names', () => {
  const operators = [
    operator('a', { kinds: [kind('Site', ['st', 'sit']), kind('Guard')] }),
    operator('b', { kinds: [kind('Shop', ['sh'])] }),
  ]
  expect(hintsFor(operators)).toEqual([
    { operator: 'a', resources: 'st,guards' },
    { operator: 'b', resources: 'sh' },
  ])
})

test('one without kinds of its own has those of its examples', () => {
  const examples = () => [object('Namespace'), object('Secret'), object('Secret'), object('ConfigMap')]
  expect(hintsFor([operator('sync', { examples }), operator('silent', {})])).toEqual([{ operator: 'sync', resources: 'secret,configmap' }])
})
