import { expect, test } from 'vitest'
import { plain } from './plain-text.ts'

test.each([
  ['web-6d5f9c7b4-x7k2p   1/1     Running   0          2m13s', 'web-<hash>-<random>  1/1  Running  0  <age>'],
  ['once-x7k2p   0/1   Completed', 'once-<random>  0/1  Completed'],
  ['Start Time:   Sun, 22 Nov 2026 04:23:29 +0000', 'Start Time:  <time>'],
  ['LAST DEPLOYED: Sun Nov 22 04:23:29 2026', 'LAST DEPLOYED: <time>'],
  ['creationTimestamp: "2026-11-22T04:23:29Z"', 'creationTimestamp: "<time>"'],
  ['resourceVersion: "715"', 'resourceVersion: "<version>"'],
  ['{"resourceVersion":"1795322848751"}', '{"resourceVersion":"<version>"}'],
  ['web    ClusterIP   10.96.12.7   <none>   80:31234/TCP', 'web  ClusterIP  <address>  <none>  80:<port>/TCP'],
  ['W1122 04:47:41.724823   29918 diff.go:723] Object', '<log> diff.go:723] Object'],
  ['Invalid value: "{\\"a\\":1}": unknown field', 'Invalid value: <object>: unknown field'],
  ['Name: web\nEvents:\n  Type  Reason\n  Normal  Scaled\nNext: 1', 'Name: web\nNext: 1'],
])('%s', (text, wanted) => {
  expect(plain(text)).toBe(wanted)
})

test.each([
  'spec:\n  replicas: 2\n    nested: 1',
  'Error from server (NotFound): configmaps "nobody" not found',
  'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  'deployment.apps/web scaled',
  'image: web:2',
  'Replicas: 2 desired | 2 updated | 2 total | 2 available | 0 unavailable',
  'conflict with "ann": .data.a',
])('leaves as it is: %s', (text) => {
  expect(plain(text)).toBe(text)
})
