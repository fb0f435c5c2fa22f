import { describe, expect, test } from 'vitest'
import { Bucket } from '../kinds/bucket.ts'
import { SETTINGS, settingsFor } from './settings.ts'

const specOf = (over: object) =>
  Bucket.of({ metadata: { name: 'b', namespace: 'x' }, spec: { providerRef: { name: 'p' }, name: 'photos', ...over } }).spec
const settingOf = (name: string) => SETTINGS.find((setting) => setting.name === name)!
const set = (value: unknown) => ({ is: 'set', value }) as const

describe('settings of a bucket', () => {
  test('4.6-12 MFA delete is never sent, and told where the server has it', () => {
    const versioning = settingOf('versioning')
    const seen = set({ Status: 'Enabled', MFADelete: 'Enabled' })
    expect(versioning.wanted(specOf({ versioning: { enabled: true } }), seen, 'm')).toEqual({
      is: 'put',
      value: { Status: 'Enabled' },
      meaning: 'Enabled',
    })
    expect(versioning.remark(seen)).toMatch(/^MFA delete is on/)
    expect(versioning.remark(set({ Status: 'Enabled', MFADelete: 'Disabled' }))).toBeUndefined()
  })

  test('4.2-13 what closes a bucket is written before what opens it, and versions before what needs them', () => {
    const names = SETTINGS.map(({ name }) => name)
    expect(names.indexOf('publicAccess')).toBe(0)
    expect(names.indexOf('versioning')).toBeLessThan(names.indexOf('objectLock'))
    expect(names.indexOf('versioning')).toBeLessThan(names.indexOf('lifecycle'))
  })

  test('4.2-13 a replication begins after the versions that it needs, and ends before them', () => {
    const order = (spec: object) => settingsFor(specOf(spec)).map(({ name }) => name)
    const rules = [{ id: 'a', destination: { bucket: 'mirror' } }]
    const isAfter = (names: readonly string[]) => names.indexOf('replication') > names.indexOf('versioning')
    expect(isAfter(order({ replication: { role: 'arn:r', rules } }))).toBe(true)
    for (const ended of [{ replication: { rules: [] } }, {}]) {
      expect(isAfter(order(ended))).toBe(false)
      expect(order(ended)).toHaveLength(SETTINGS.length)
    }
  })

  test.each(SETTINGS.filter(({ name }) => name !== 'tagging'))('$name is left alone when the spec does not name it', (setting) =>
    expect(setting.wanted(specOf({}), { is: 'unset' }, 'm')).toBeUndefined(),
  )

  test.each([
    [
      '4.6-12 encryption that is switched off is removed',
      { encryption: {} },
      'encryption',
      set({ Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }] }),
    ],
    ['4.6-12 an empty lifecycle is removed', { lifecycle: {} }, 'lifecycle', set([])],
    ['4.6-12 empty CORS are removed', { cors: {} }, 'cors', set([])],
  ] as const)('%s', (_name, spec, name, seen) => expect(settingOf(name).wanted(specOf(spec), seen, 'm')).toMatchObject({ is: 'removed' }))

  test('4.6-12 versions that were never kept are not suspended, as that could not be taken back', () => {
    const versioning = settingOf('versioning')
    const wanted = versioning.wanted(specOf({ versioning: {} }), { is: 'unset' }, 'm')
    expect(wanted?.meaning).toEqual(versioning.meaning({ is: 'unset' }))
  })
})
