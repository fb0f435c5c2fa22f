import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DYN, INT, listOf, mapOf, optionalOf, STRING } from '../types/type.ts'
import { equal } from './equality.ts'
import { fromCel, toCel } from './json.ts'
import { ArrayList, type CelMap, type CelValue, Double, Duration, EntryMap, Optional, Timestamp, TypeValue, Uint } from './value.ts'

describe('JSON as values', () => {
  test('any JSON comes back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(fromCel(toCel(json, DYN))).toEqual(json)
      }),
    )
  })

  test('any JSON equals itself, and a copy of itself', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(equal(toCel(json, DYN), toCel(structuredClone(json), DYN))).toBe(true)
      }),
    )
  })

  test('nothing is looked into before it is asked', () => {
    const list = toCel([1, 'not an int'], listOf(INT)) as ArrayList
    expect(list.at(0)).toBe(1)
    expect(() => list.at(1)).toThrow('expected a int value')
  })

  test('a map has its own keys alone', () => {
    const map = toCel({ a: 1 }, mapOf(STRING, INT)) as CelMap
    expect(map.get('toString')).toBeUndefined()
    expect(map.get(1)).toBeUndefined()
  })

  test('what is absent is an optional without a value', () => {
    expect(toCel(undefined, optionalOf(INT))).toBe(Optional.none)
    expect((toCel(3, optionalOf(INT)) as Optional).value).toBe(3)
  })
})

describe('values as JSON', () => {
  test.each<[string, CelValue, unknown]>([
    ['a double', new Double(1.5), 1.5],
    ['an uint', new Uint(7n), 7],
    ['a large uint', new Uint(2n ** 60n), 2n ** 60n],
    ['a timestamp', new Timestamp(0n), '1970-01-01T00:00:00Z'],
    ['a duration', new Duration(1_500_000_000n), '1.5s'],
    ['bytes', Uint8Array.of(104, 105), 'aGk='],
    ['a list', new ArrayList([1, 'a', null]), [1, 'a', null]],
    ['a map', new EntryMap(new Map([['n1', [1, true]]])), { 1: true }],
    ['an optional', new Optional('x'), 'x'],
  ])('%s', (_, value, json) => {
    expect(fromCel(value)).toEqual(json)
  })

  test.each<[string, CelValue]>([
    ['a type', new TypeValue(INT)],
    ['nothing', Optional.none],
  ])('%s is none', (_, value) => {
    expect(() => fromCel(value)).toThrow('cannot be written as JSON')
  })
})
