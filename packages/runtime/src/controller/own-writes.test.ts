import { describe, expect, test } from 'vitest'
import { OwnWrites } from './own-writes.ts'

const at = (resourceVersion: string, uid = 'u') => ({ metadata: { name: 'a', uid, resourceVersion, finalizers: ['x'] } })

describe('after a write of its own a controller takes the cache for behind', () => {
  const wrote = (resourceVersion: string) => {
    const writes = new OwnWrites()
    writes.remember('a', at(resourceVersion), 0)
    return writes
  }

  test('until it shows that write or a later one, counting versions as numbers of any length', () => {
    expect(wrote('100').isStale('a', '99', 1)).toBe(true)
    expect(wrote('100').isStale('a', '100', 1)).toBe(false)
    expect(wrote('99').isStale('a', '100', 1)).toBe(false)
    expect(wrote('9007199254740993').isStale('a', '9007199254740992', 1)).toBe(true)
  })

  test('for five seconds at most, as a watch that is that late may never come', () => {
    expect(wrote('100').isStale('a', '99', 4_999)).toBe(true)
    expect(wrote('100').isStale('a', '99', 5_000)).toBe(false)
  })

  test('not for versions that cannot be compared, and not for another key', () => {
    expect(wrote('xyz').isStale('a', 'abc', 1)).toBe(false)
    expect(wrote('100').isStale('b', '99', 1)).toBe(false)
  })

  test('and knows the newer of the two, unless the object was made anew', () => {
    expect(wrote('100').latest('a', at('99')).metadata).toMatchObject({ resourceVersion: '100', finalizers: ['x'] })
    expect(wrote('100').latest('a', at('101')).metadata.resourceVersion).toBe('101')
    expect(wrote('100').latest('a', at('99', 'other')).metadata.uid).toBe('other')
  })
})
