// What the README shows is run: its program is compiled with the repository, its manifest is one that the operator accepts, its commands exist.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { GarbageCollectionPolicy } from '@kubewright/operator-gc'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const root = dirname(dirname(import.meta.dirname))
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1]!)

test('the policy is one that the operator accepts', () => {
  const [manifest] = blocks('yaml')
  expect(GarbageCollectionPolicy.parse(parse(manifest!)).spec.ttl?.secondsAfterCreation).toBe(3600)
})

test('the operator is a program: it defines a kind and a controller', () => {
  const [program] = blocks('ts')
  // Without its last line, which would run it.
  const source = `${program!.replace(/^await run\(.*$/m, '')}\nconsole.log(websites.kind.kind, Website.crd().metadata.name)`
  const output = execFileSync(process.execPath, ['--input-type=module-typescript', '--eval', source], { cwd: root, encoding: 'utf8' })
  expect(output).toBe('Website websites.example.dev\n')
})

test('every npm script that it names exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly scripts: Record<string, string> }
  const named = [...readme.matchAll(/(?<=`|^)npm (?:run )?([a-z:]+)/gm)].map((match) => match[1]!)
  expect(named).toContain('start')
  expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([])
})

test('every file that it links to exists', () => {
  const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1]!)
  expect(links.length).toBeGreaterThan(5)
  for (const link of links) expect(() => readFileSync(join(root, link))).not.toThrow(/ENOENT/)
})
