import { describe, expect, test } from 'vitest'
import { mayUseProxy, parseProxyUrl, proxyFromEnvironment } from './proxy.ts'

// The cases of golang.org/x/net/http/httpproxy, whose rules these are.
describe('the exceptions', () => {
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
    ['https://10.0.0.1', '0.0.1', false],
    ['https://[::ffff:10.0.0.1]', '10.0.0.0/8', false],
    ['https://[::ffff:10.0.0.1]', '10.0.0.1', false],
    ['https://[::ffff:127.0.0.1]', '', false],
    ['https://api.corp:6443', ':6443', true],
    ['https://api.corp:6443', '.corp:6443', false],
    ['https://api.corp:6443', '.corp:443', true],
    ['https://10.96.0.1:443', '10.96.0.1:443', false],
    ['https://127.0.0.2', '', false],
    ['https://10.0.0.1', '10.0.0.0/99', true],
    ['https://localhost:6443', '', false],
    ['https://127.0.0.1:6443', '', false],
    ['https://[::1]:6443', '', false],
  ])('C17: %s with NO_PROXY=%j may use the proxy: %s', (server, noProxy, wanted) => {
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
    ['a SOCKS proxy', https, { HTTPS_PROXY: 'socks5://p' }, 'socks5://p'],
    ['nothing', https, {}, undefined],
  ])('C17: %s', (_name, server, environment, wanted) => {
    expect(proxyFromEnvironment(server, environment)?.href).toBe(wanted)
  })
})

test.each([
  ['socks4://user:hidden@p:1', 'scheme "socks4": write http, https, socks5 or socks5h'],
  ['ftp://p', 'scheme "ftp"'],
  ['http://me:hidden%@p:1', 'stray "%"'],
  [`socks5://me:hidden${'x'.repeat(250)}@p:1`, 'more than 255 bytes'],
  ['socks5:///path', 'names no host'],
  ['http://', 'not a URL'],
])('C17: %s is refused with the field and without the password', (text, words) => {
  const parse = () => parseProxyUrl(text, 'file: proxy-url')
  expect(parse).toThrow(words)
  expect(parse).toThrow('file: proxy-url')
  expect(parse).not.toThrow('hidden')
})

test('HTTP_PROXY is refused in CGI, where whoever asks can set it', () => {
  const environment = { HTTP_PROXY: 'http://evil:1', REQUEST_METHOD: 'GET' }
  expect(() => proxyFromEnvironment(new URL('http://api.corp'), environment)).toThrow('REQUEST_METHOD')
  expect(proxyFromEnvironment(new URL('https://api.corp'), { ...environment, HTTPS_PROXY: 'http://p:1' })?.href).toBe('http://p:1/')
})
