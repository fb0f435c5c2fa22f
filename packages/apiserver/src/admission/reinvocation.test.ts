import type { DynamicObject } from '@kubewright/core'
import { expect, test } from 'vitest'
import { Reinvocation } from './reinvocation.ts'

const object = (name: string): DynamicObject => ({ metadata: { name } })

test('in the first round everybody is asked', () => {
  expect(new Reinvocation().has('a')).toBe(true)
})

test('in the second round those are asked that wanted it, when something was changed after them', () => {
  const reinvocation = new Reinvocation()
  reinvocation.had('before')
  reinvocation.changed()
  reinvocation.had('after')
  reinvocation.ended(object('x'))
  expect(reinvocation.isWanted).toBe(true)
  reinvocation.beginAgain(object('x'))
  expect(['before', 'after', 'other'].map((id) => reinvocation.has(id))).toEqual([true, false, false])
})

test('what others changed between the rounds counts for all', () => {
  const reinvocation = new Reinvocation()
  reinvocation.had('a')
  reinvocation.ended(object('x'))
  reinvocation.beginAgain(object('y'))
  expect(reinvocation.has('a')).toBe(true)
})

test('where nothing changes there is no second round', () => {
  const reinvocation = new Reinvocation()
  reinvocation.had('a')
  reinvocation.ended(object('x'))
  expect(reinvocation.isWanted).toBe(false)
})
