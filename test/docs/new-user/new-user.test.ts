// The built program, used as somebody does who has never seen it: every mistake is answered with what it was and what mends it.
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ERRORS } from '../../../packages/cli/src/explained/catalogue.ts'
import { SCENES } from './scenes.ts'
import { type Site, startSite } from './site.ts'
import { type PlayedScene, pageOf, play, type Told } from './transcript.ts'

let site: Site
let played: readonly PlayedScene[]
beforeAll(async () => {
  site = await startSite()
  played = await play(SCENES, site)
  // Thirty programs, one after the other where they are about the same.
}, 300_000)
afterAll(() => site[Symbol.asyncDispose]())

const root = dirname(dirname(dirname(import.meta.dirname)))
const all = (): readonly Told[] => played.flatMap(({ told }) => told)
const refused = () => all().filter(({ line, goesOn }) => !goesOn && !line.startsWith('kubewright explain KW-FORBIDDEN'))

test('the page has what is printed', async () => {
  await expect(pageOf(played)).toMatchFileSnapshot(join(root, 'docs', 'new-user.md'))
})

describe('whatever goes wrong', () => {
  test('it is told with a code that has an entry', () => {
    const codes = new Set<string>(ERRORS.map(({ code }) => code))
    const without = refused().filter(({ text }) => {
      const [code = ''] = /(?<=\()KW-[A-Z-]+(?=\))/.exec(text) ?? []
      return !codes.has(code) || code === 'KW-UNEXPECTED'
    })
    expect(without).toEqual([])
  })

  test('the exit code is 2 for the command line, and 1 for everything else', () => {
    const usage = /\(KW-(USAGE|SETTINGS)\)/
    expect(refused().filter(({ text, code }) => code !== (usage.test(text) ? 2 : 1))).toEqual([])
  })

  test('no stack is printed, no word of the system, and no class', () => {
    expect(all().filter(({ text }) => /^\s*(kubewright: )?\s+at |\bE[A-Z]{4,}\b(?!_)|\w+Error:/m.test(text))).toEqual([])
  })

  test('a program that goes on stops cleanly', () => {
    expect(all().filter(({ goesOn, code }) => goesOn && code !== 0)).toEqual([])
  })
})
