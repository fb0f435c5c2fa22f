import { virtualClock } from '@kubewright/testing/virtual-clock'
import { describe, expect, test } from 'vitest'
import { fileMaterial, fixedMaterial } from './material.ts'

function file(first: string) {
  const state = { text: first as string | Error, reads: 0 }
  const clock = virtualClock()
  const material = fileMaterial('/token', {
    clock,
    readText: async () => {
      state.reads++
      if (state.text instanceof Error) throw state.text
      return state.text
    },
  })
  return { state, clock, material }
}

describe('a mounted file is read again as it rotates', () => {
  test('C16: within a minute the text is remembered, after it the file is read again', async () => {
    const { state, clock, material } = file('one')
    expect(await material.read()).toBe('one')
    state.text = 'two'
    await clock.advance(59_999)
    expect(await material.read()).toBe('one')
    await clock.advance(1)
    expect(await material.read()).toBe('two')
    expect(state.reads).toBe(2)
  })

  test('C16: a refused text is read again at once', async () => {
    const { state, material } = file('one')
    await material.read()
    state.text = 'two'
    expect(material.invalidate()).toBe(true)
    expect(await material.read()).toBe('two')
  })

  test('C16: a text that is refused while it is being read again is read once more: what was under way may be the refused one', async () => {
    const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()]
    let reads = 0
    const material = fileMaterial('/token', { clock: virtualClock(), readText: () => answers[reads++]!.promise })
    const first = material.read()
    material.invalidate()
    answers[0]!.resolve('refused')
    answers[1]!.resolve('fresh')
    expect(await first).toBe('fresh')
    expect(await material.read()).toBe('fresh')
    expect(reads).toBe(2)
  })

  test('C16: readers at the same time share one read', async () => {
    const { state, material } = file('one')
    expect(await Promise.all([material.read(), material.read(), material.read()])).toEqual(['one', 'one', 'one'])
    expect(state.reads).toBe(1)
  })

  test('C16: a failing re-read keeps the last good text and tries again a minute later', async () => {
    const { state, clock, material } = file('one')
    await material.read()
    state.text = new Error('ENOENT')
    await clock.advance(60_000)
    expect(await material.read()).toBe('one')
    expect(await material.read()).toBe('one')
    expect(state.reads).toBe(2)
    state.text = 'two'
    await clock.advance(60_000)
    expect(await material.read()).toBe('two')
  })

  test('C16: a failing first read names the file, and the next one tries again', async () => {
    const { state, material } = file('')
    state.text = new Error('ENOENT: no such file')
    await expect(material.read()).rejects.toThrow('/token cannot be read: ENOENT')
    state.text = 'there'
    expect(await material.read()).toBe('there')
  })

  test('C16: a text that is half written never replaces a good one, and is refused as the first', async () => {
    let text = 'no PEM'
    const clock = virtualClock()
    const problemOf = (name: string, read: string) => (read.startsWith('PEM') ? undefined : `${name} holds no certificate`)
    const material = fileMaterial('/ca.crt', { clock, problemOf, readText: async () => text })
    await expect(material.read()).rejects.toThrow('/ca.crt holds no certificate')
    text = 'PEM one'
    expect(await material.read()).toBe('PEM one')
    text = ''
    await clock.advance(60_000)
    expect(await material.read()).toBe('PEM one')
    text = 'PEM two'
    await clock.advance(60_000)
    expect(await material.read()).toBe('PEM two')
  })

  test('C16: a step of the wall clock does not matter', async () => {
    const { state, clock, material } = file('one')
    await material.read()
    clock.stepWallClock(86_400_000)
    await material.read()
    expect(state.reads).toBe(1)
  })
})

test('what is written in a kubeconfig cannot change', async () => {
  const material = fixedMaterial('token', 'one')
  expect(material.invalidate()).toBe(false)
  expect(await material.read()).toBe('one')
})
