import { describe, expect, test } from 'vitest'
import { Checks } from './checks.ts'
import { parseBindAddress, serveHttp } from './http-server.ts'
import { probeAnswer } from './probe-answer.ts'

describe('an address to listen on', () => {
  test.each([
    [':8080', { host: undefined, port: 8080 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['localhost:9', { host: 'localhost', port: 9 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
    ['0', undefined],
    ['', undefined],
  ])('%j', (text, expected) => {
    expect(parseBindAddress('--flag', text)).toEqual(expected)
  })

  test.each(['8080', ':', ':99999', 'a:b', '::1:8080', 'http://x:1'])('%j is refused with the mend', (text) => {
    expect(() => parseBindAddress('--flag', text)).toThrow(`--flag "${text}" is no address: write ":8080"`)
  })
})

describe('a server', () => {
  test('answers GET and HEAD, refuses the rest, and a failing answer is a 500 and not the end', async () => {
    const endpoint = await serveHttp('--flag', '127.0.0.1:0', async ({ pathname }) => {
      if (pathname === '/bad') throw new Error('oops')
      return { status: 200, body: pathname }
    })
    const url = `http://${endpoint!.address}`
    expect(await (await fetch(`${url}/x`)).text()).toBe('/x')
    expect((await fetch(`${url}/x`, { method: 'HEAD' })).status).toBe(200)
    expect((await fetch(`${url}/x`, { method: 'POST' })).status).toBe(405)
    expect((await fetch(`${url}/bad`)).status).toBe(500)
    await endpoint!.close()
    await expect(fetch(`${url}/x`)).rejects.toThrow()
  })

  test('that cannot listen says why, with the flag', async () => {
    await expect(serveHttp('--flag', 'no.such.host.invalid:80', async () => ({ status: 200, body: '' }))).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringMatching(/^--flag "no.such.host.invalid:80"/),
    })
  })
})

describe('a check', () => {
  test('with a name that cannot be part of a path, or that is taken, is refused', () => {
    const checks = new Checks()
    checks.add('a', () => {})
    expect(() => checks.add('a', () => {})).toThrow('is there already')
    expect(() => checks.add('a/b', () => {})).toThrow('the name becomes part of a path')
  })

  test('that fails fails the probe, and the others are run all the same', async () => {
    const checks = new Checks()
    checks.add('bad', () => {
      throw new Error('broken')
    })
    checks.add('good', async () => {})
    expect(await probeAnswer('healthz', checks, '', new URLSearchParams())).toEqual({
      status: 500,
      body: '[-]bad failed: broken\n[+]good ok\nhealthz check failed\n',
    })
    expect((await probeAnswer('healthz', checks, 'good', new URLSearchParams())).status).toBe(200)
  })
})
