// The list of examples is whole, each is documented and tested, and none reaches past the facade.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { test as program, run } from '../integration/program.ts'
import { root } from './example.ts'
import { freePort } from './free-port.ts'
import { stepsOf } from './transcript.ts'

const folder = join(root, 'examples')
const examples = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
const text = (...path: readonly string[]) => readFileSync(join(folder, ...path), 'utf8')
const filesOf = (name: string) => readdirSync(join(folder, name))

test('the README lists every example, in order, and nothing else', () => {
  const listed = [...text('README.md').matchAll(/^\| \[(\S+)\]\((\S+)\/README\.md\)/gm)].map((match) => [match[1], match[2]])
  expect(listed).toEqual(examples.sort().map((name) => [name, name]))
  expect(examples).toHaveLength(10)
})

test.each(examples)('%s: its README has commands, its test runs them, its files are used', (name) => {
  const commands = stepsOf(text(name, 'README.md')).map(({ command }) => command)
  const itsTest = readFileSync(join(root, 'test', 'examples', `${name}.test.ts`), 'utf8')
  expect(itsTest).toMatch(new RegExp(`testReadme\\('${name}', example\\)`))
  const used = [
    ...commands,
    ...filesOf(name)
      .filter((file) => file.endsWith('.ts'))
      .map((file) => text(name, file)),
  ].join('\n')
  const forgotten = filesOf(name).filter((file) => file !== 'README.md' && !used.includes(file))
  expect(forgotten).toEqual([])
  for (const [, path = ''] of commands.join('\n').matchAll(/\b(examples\/\S+\.(?:ts|yaml))/g))
    expect(existsSync(join(root, path)), path).toBe(true)
})

test.each(examples)('%s imports the facade, Node and other examples, and nothing else', (name) => {
  const sources = filesOf(name).filter((file) => file.endsWith('.ts'))
  const imported = sources.flatMap((file) => [...text(name, file).matchAll(/\bfrom '([^']+)'/g)].map((match) => match[1]!))
  expect(
    imported.filter((from) => !/^(kubewright(\/testing)?|zod|node:[a-z/]+|\.\/[a-z0-9-]+\.ts|\.\.\/\d\d-[a-z-]+\/[a-z-]+\.ts)$/.test(from)),
  ).toEqual([])
})

test.each(examples)('%s is short: no file of more than 100 lines', (name) => {
  for (const file of filesOf(name)) expect(text(name, file).split('\n').length, file).toBeLessThanOrEqual(100)
})

test('what a command says is compared with its README: only … stands for anything, and columns may be wider', () => {
  const readme = '```console\n$ kubectl get pods\nNAME   AGE\nweb    …\n$ node a.ts &\nlistening\n$ kubectl apply \\\n  -f x\n```\n'
  const [get, start, apply] = stepsOf(readme)
  expect(get?.output?.test('NAME     AGE\nweb      5s')).toBe(true)
  for (const wrong of ['NAME   AGE\nweb2   5s', 'NAME   AGE\nweb   5s\nmore   5s', 'Error from server', 'NAME   AGE'])
    expect(get?.output?.test(wrong), wrong).toBe(false)
  expect(start).toMatchObject({ command: 'node a.ts', background: true })
  expect(start?.output?.test('it is listening on 1')).toBe(true)
  expect(apply).toEqual({ command: 'kubectl apply \\\n  -f x', background: false, output: undefined })
  expect(() => stepsOf('no commands')).toThrow('the README has no commands')
})

program('the cluster to try them on starts as the README says', async ({ kubewright }) => {
  const [step, ...others] = stepsOf(text('README.md'))
  expect(others).toEqual([])
  const port = await freePort()
  const kubeconfig = join(root, 'kubeconfig-of-the-examples-test')
  onTestFinished(() => rmSync(kubeconfig, { force: true }))
  const words = step!.command
    .replaceAll('6443', String(port))
    .replace(/ kubeconfig$/, ` ${kubeconfig}`)
    .split(' ')
  expect(words.slice(0, 2)).toEqual(['npx', 'kubewright'])
  await kubewright(words.slice(2)).says(new RegExp(`server: https://127.0.0.1:${port}`))
  const { stdout } = await run(['generate', 'crds', join(folder, '01-website', 'website.ts')])
  expect(stdout).toContain('kind: CustomResourceDefinition')
})
