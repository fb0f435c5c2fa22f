// A user's project: a folder with a program in it, which finds the library as it would in a project of its own.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

// Inside the repository, whose packages are found from there; the folder is not a part of it.
const place = join(dirname(dirname(import.meta.dirname)), 'dist')

export interface UserProject {
  readonly root: string
  path(name: string): string
  write(name: string, text: string): void
}

/** `atEnd` takes what removes it. @default with the test */
export function userProject(files: Readonly<Record<string, string>>, atEnd: (remove: () => void) => void = onTestFinished): UserProject {
  mkdirSync(place, { recursive: true })
  const root = mkdtempSync(join(place, 'user-'))
  atEnd(() => rmSync(root, { recursive: true, force: true }))
  const path = (name: string) => join(root, name)
  const write = (name: string, text: string) => {
    mkdirSync(dirname(path(name)), { recursive: true })
    writeFileSync(path(name), text)
  }
  write('package.json', '{ "name": "user", "private": true, "type": "module" }')
  for (const [name, text] of Object.entries(files)) write(name, text)
  return { root, path, write }
}

/** A kind, a controller that says `word` in the status, and a webhook that refuses the title `bad`. */
export const noticeProgram = (word: string, group: string) => `
import { controller, defineKind, run, webhooks, z } from 'kubewright'

export const Notice = defineKind({
  group: '${group}', version: 'v1', kind: 'Notice',
  spec: z.object({ title: z.string().max(100) }),
  status: z.object({ word: z.string().max(100).optional() }),
})
const notices = controller(Notice, {
  predicates: [],
  reconcile({ status }) {
    status.word = '${word}'
  },
})
const hooks = webhooks(Notice, {
  validate({ object, errors }) {
    if (object.spec.title === 'bad') errors.invalid('spec.title', object.spec.title, 'is bad')
  },
})
await run(notices, hooks)
`
