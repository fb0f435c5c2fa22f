import { expect, test } from 'vitest'
import { parseImage } from './image-reference.ts'

const DIGEST = `sha256:${'0'.repeat(64)}`

test.each([
  ['nginx', 'docker.io', 'library/nginx', undefined, undefined],
  ['nginx:1.29', 'docker.io', 'library/nginx', '1.29', undefined],
  ['acme/app:v1', 'docker.io', 'acme/app', 'v1', undefined],
  ['index.docker.io/nginx', 'docker.io', 'library/nginx', undefined, undefined],
  ['docker.io/library/nginx', 'docker.io', 'library/nginx', undefined, undefined],
  ['localhost/app', 'localhost', 'app', undefined, undefined],
  ['localhost:5000/app', 'localhost:5000', 'app', undefined, undefined],
  ['registry.example:5000/team/app:1', 'registry.example:5000', 'team/app', '1', undefined],
  ['[fd00::1]:5000/app:1', '[fd00::1]:5000', 'app', '1', undefined],
  [`gcr.io/a/b@${DIGEST}`, 'gcr.io', 'a/b', undefined, DIGEST],
  [`gcr.io/a/b:1@${DIGEST}`, 'gcr.io', 'a/b', '1', DIGEST],
])('%s is read as a container runtime reads it', (text, registry, repository, tag, digest) => {
  expect(parseImage(text)).toEqual({ registry, repository, tag, digest })
})

test.each([
  '',
  ':1',
  'a b',
  'UPPER/case ',
  'Nginx',
  'a//b',
  '/a',
  'a/',
  'a:',
  'a:-1',
  'a@sha256:12',
  `a@${DIGEST}@${DIGEST}`,
  'a/../b',
  'http://a/b',
])('"%s" is no image', (text) => expect(parseImage(text)).toBeUndefined())
