// docs/commands.md is written by the program's own definitions, and every command that people are told of has examples to copy.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { EXAMPLES } from '../../packages/cli/src/commands/help-examples.ts'

const root = dirname(dirname(import.meta.dirname))
const page = readFileSync(join(root, 'docs', 'commands.md'), 'utf8')
const commands = [...page.matchAll(/^## kubewright (\S+)$/gm)].map((match) => match[1]!)

test('K21, Z20: the page is what the definitions give', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'scripts', 'generate', 'commands.ts'), '--check'])
  expect(stdout).toBe('')
})

test('every command has examples, and every example is of a command', () => {
  expect(commands).toEqual(expect.arrayContaining(['up', 'apiserver', 'run', 'manifests', 'init', 'dev', 'doctor', 'generate']))
  expect(Object.keys(EXAMPLES).sort()).toEqual([...commands].sort())
  for (const [command, examples] of Object.entries(EXAMPLES))
    for (const example of examples) expect(example).toMatch(new RegExp(`^kubewright ${command}\\b`))
})
