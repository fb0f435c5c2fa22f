import { expect, test } from 'vitest'
import { tooOld } from './server-version.ts'

test.each([
  ['v1.36.3', undefined],
  ['v1.29.0+k3s1', undefined],
  ['v1.28.15-gke.100', 'upgrade the cluster to 1.29 or later'],
  ['v2.0.0', undefined],
  ['unknown', undefined],
])('%s: %s', (version, mend) => expect(tooOld(version)?.mend).toBe(mend))
