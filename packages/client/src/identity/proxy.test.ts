import { describe, expect, test } from 'vitest'
import { mayUseProxy, parseProxyUrl, proxyFromEnvironment } from './proxy.ts'

// The cases of golang.org/x/net/http/httpproxy, whose rules these are.
describe('NO_PROXY', () => {
  test.each<[string, string, boolean]>([
    ['https://api.corp:6443', '', true],
    ['https://api.corp:6443', '*', false],
    ['https://api.corp:6443', 'other', true],
    ['https://api.corp:6443', 'corp', false],
    ['https://api.corp:6443', '.corp', false],
    ['https://corp:6443', '.corp', true],
    ['https://corp:6443', 'corp', false],
    ['https://api.corp:6443', '*.corp', false],
    ['https://notcorp:6443', 'corp', true],
    ['https://API.Corp:6443', 'api.corp', false],
    ['https://api.corp:6443', 'api.corp:6443', false],
    ['https://api.corp:6443', 'api.corp:443', true],
    ['https://api.corp', 'api.corp:443', false],
    ['http://api.corp', 'api.corp:80', false],
    ['https://10.96.0.1', '10.96.0.1', false],
    ['https://10.96.0.1', '10.96.0.0/12', false],
    ['https://10.112.0.1', '10.96.0.0/12', true],
    ['https://10.96.0.1', ' a , 10.96.0.1 ,b', false],
    ['https://[fd00::1]:6443', 'fd00::1', false],
    ['https://[fd00::1]:6443', '[fd00::1]:6443', false],
    ['https://[fd00::1]:6443', '[fd00::1]:443', true],
    ['https://[fd00::1]', 'fd00::/8', false],
    ['https://[fd00::1]', '10.0.0.0/8', true],
    ['https://10.0.0.1', '0.0.1', true],
    ['https://10.0.0.1', '10.0.0.0/99', true],
    ['https://localhost:6443', '', false],
    ['https://127.0.0.1:6443', '', false],
    ['https://[::1]:6443', '', false],
  ])('%s with NO_PROXY=%j may use the proxy: %s', (server, noProxy, wanted) => {
    expect(mayUseProxy(new URL(server), noProxy)).toBe(wanted)
  })
})

describe('the environment chooses the proxy', () => {
  const https = new URL('https://api.corp')
  test.each<[string, URL, Record<string, string>, string | undefined]>([
    ['HTTPS_PROXY for https', https, { HTTPS_PROXY: 'http://p:1' }, 'http://p:1/'],
    ['the small letters, too', https, { https_proxy: 'http://p:1' }, 'http://p:1/'],
    ['the capitals first', https, { HTTPS_PROXY: 'http://big:1', https_proxy: 'http://small:1' }, 'http://big:1/'],
    ['HTTP_PROXY is not for https', https, { HTTP_PROXY: 'http://p:1' }, undefined],
    ['HTTP_PROXY for http', new URL('http://api.corp'), { HTTP_PROXY: 'http://p:1' }, 'http://p:1/'],
    ['NO_PROXY excepts', https, { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'corp' }, undefined],
    ['no_proxy excepts', https, { HTTPS_PROXY: 'http://p:1', no_proxy: 'corp' }, undefined],
    ['host and port alone are an http proxy', https, { HTTPS_PROXY: 'proxy.corp:3128' }, 'http://proxy.corp:3128/'],
    ['nothing', https, {}, undefined],
  ])('%s', (_name, server, environment, wanted) => {
    expect(proxyFromEnvironment(server, environment)?.href).toBe(wanted)
  })
})

test.each([
  ['socks5://user:hidden@p:1', 'SOCKS'],
  ['ftp://p', 'scheme "ftp"'],
  ['http://', 'not a URL'],
])('%s is refused with the field and without the password', (text, words) => {
  const parse = () => parseProxyUrl(text, 'file: proxy-url')
  expect(parse).toThrow(words)
  expect(parse).toThrow('file: proxy-url')
  expect(parse).not.toThrow('hidden')
})
