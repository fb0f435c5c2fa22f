import { expect, test } from 'vitest'
import { versionFindings } from './connection.ts'

test.each([
  ['v1.36.3', 0],
  ['v1.29.0+k3s1', 0],
  ['v1.28.15-gke.100', 1],
  ['v2.0.0', 0],
  ['unknown', 0],
])('%s gives %i findings', (version, count) => expect(versionFindings(version)).toHaveLength(count))
