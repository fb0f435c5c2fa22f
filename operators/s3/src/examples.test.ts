// The manifests of the documentation have the fields that the definitions know. That their rules take them, too, a server tells in the integration tests.
import { readdirSync, readFileSync } from 'node:fs'
import type { KubeObject } from 'kubewright'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { AccessKey, Bucket, BucketPolicy, IAMPolicy, Provider, User } from './index.ts'

const KINDS = { AccessKey, Bucket, BucketPolicy, IAMPolicy, Provider, User }
const folder = new URL('../../../docs/s3/examples/', import.meta.url)
const examples = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .flatMap((file) =>
    parseAllDocuments(readFileSync(new URL(file, folder), 'utf8')).map((document) => {
      const object = document.toJS() as KubeObject & { readonly kind: keyof typeof KINDS }
      return { name: `${file}: ${object.metadata.name}`, object }
    }),
  )

describe('the manifests of the documentation', () => {
  test('show all six kinds', () =>
    expect([...new Set(examples.map(({ object }) => object.kind))].sort()).toEqual(Object.keys(KINDS).sort()))

  test.each(examples)('$name is accepted, and every field that it names is known', ({ object }) => {
    const parsed = KINDS[object.kind].parse(object)
    expect(parsed).toMatchObject(object)
  })
})
