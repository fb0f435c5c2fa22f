import { expect, test } from 'vitest'
import { type ConversionRequest, conversionReview, conversionVersion, convertedObjects } from './conversion-review.ts'

const object = (name: string, over: object = {}) => ({
  apiVersion: 'a.dev/v1',
  kind: 'Rope',
  metadata: { name, namespace: 'n', uid: `u-${name}`, resourceVersion: '5', generation: 2, ...over },
})
const made = (name: string, metadata: object = {}, over: object = {}) => ({
  apiVersion: 'a.dev/v2',
  kind: 'Rope',
  metadata: { name, namespace: 'n', uid: `u-${name}`, ...metadata },
  ...over,
})
const request = (...names: readonly string[]): ConversionRequest => ({
  version: 'v1',
  uid: 'r',
  objects: names.map((name) => object(name)),
  desired: 'a.dev/v2',
})
const answer = (convertedList: readonly unknown[], over: object = {}) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'ConversionReview',
  response: { uid: 'r', result: { status: 'Success' }, convertedObjects: convertedList, ...over },
})

test('a review asks for all objects at once', () => {
  expect(conversionReview(request('a', 'b'))).toMatchObject({
    kind: 'ConversionReview',
    request: { uid: 'r', desiredAPIVersion: 'a.dev/v2', objects: [{}, {}] },
  })
  expect([conversionVersion(['v1beta1', 'v1']), conversionVersion(['v9', 'v1'])]).toEqual(['v1beta1', 'v1'])
})

test('a converter changes labels and annotations, and nothing else of metadata', () => {
  const [converted] = convertedObjects(
    request('a'),
    answer([made('a', { labels: { l: '1' }, generation: 9, finalizers: ['x'], annotations: null })]),
  )
  expect(converted?.metadata).toEqual({ name: 'a', namespace: 'n', uid: 'u-a', resourceVersion: '5', generation: 2, labels: { l: '1' } })
})

test.each([
  [
    [made('a', {}, { apiVersion: 'a.dev/v3' })],
    'returned invalid object at index 0: invalid groupVersion (expected a.dev/v2, received a.dev/v3)',
  ],
  [[made('a', {}, { kind: 'Chain' })], 'returned invalid object at index 0: invalid kind (expected Rope, received Chain)'],
  [[made('a', { name: 'b' })], 'returned invalid object: must have the same name: a != b'],
  [[made('a', { uid: 'x' })], 'returned invalid object: must have the same UID: u-a != x'],
  [[made('a', {}, { metadata: undefined })], 'returned invalid metadata: missing metadata in converted object'],
  [[made('a', { labels: { a: 1 } })], 'returned invalid metadata: metadata.labels[a] must be a string, but is number in converted object'],
  [[], 'returned 0 objects, expected 1'],
] as const)('%j is no conversion', (list, message) => {
  expect(() => convertedObjects(request('a'), answer(list))).toThrow(`conversion webhook for a.dev/v1, Kind=Rope ${message}`)
})

test('of several the one is named that is wrong', () => {
  expect(() => convertedObjects(request('a', 'b'), answer([made('a'), made('c')]))).toThrow(
    'returned invalid converted object at index 1: must have the same name: b != c',
  )
})

test.each([
  [
    { ...answer([]), kind: 'Pod', apiVersion: 'v1' },
    'failed: expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got v1, Kind=Pod',
  ],
  [{ ...answer([]), response: undefined }, 'failed: no response provided'],
  [answer([], { uid: 'x' }), 'failed: expected response.uid="r", got "x"'],
  [answer([], { result: { status: 'Failure', message: 'no' } }), 'failed: no'],
  [answer([], { result: {} }), "failed: response.result.status was '', not 'Success'"],
])('%j is no answer', (given, message) => {
  expect(() => convertedObjects(request('a'), given)).toThrow(message)
})
