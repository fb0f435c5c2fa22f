import { BlockList, isIP } from 'node:net'
import { ConfigurationError } from '@kubewright/core'

/** @throws ConfigurationError for what we cannot speak. `where` names the field or variable; the URL may carry a password and is not quoted. */
export function parseProxyUrl(text: string, where: string): URL {
  // Go takes "proxy.corp:3128" for an http proxy.
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  if (!URL.canParse(full)) throw new ConfigurationError(`${where} is not a URL: write it like http://proxy.example.com:3128`)
  const url = new URL(full)
  if (url.protocol === 'http:' || url.protocol === 'https:') return url
  if (url.protocol.startsWith('socks')) {
    throw new ConfigurationError(
      `${where} names a SOCKS proxy, which is not supported: use an http or https proxy, or a local one that forwards to it`,
    )
  }
  throw new ConfigurationError(`${where} has the scheme "${url.protocol.slice(0, -1)}": only http and https proxies are supported`)
}

/**
 * The proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY choose for a server, by Go's rules (golang.org/x/net/http/httpproxy), so that one
 * environment means the same to kubectl and to us.
 */
export function proxyFromEnvironment(server: URL, environment: Readonly<Record<string, string | undefined>>): URL | undefined {
  const variable = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const value = environment[variable] || environment[variable.toLowerCase()]
  if (!value) return undefined
  const exceptions = environment['NO_PROXY'] || environment['no_proxy'] || ''
  if (!mayUseProxy(server, exceptions)) return undefined
  return parseProxyUrl(value, `environment variable ${variable}`)
}

/** Go's NO_PROXY: `*`, or a list of addresses, CIDR blocks and domain names, each with an optional port. */
export function mayUseProxy(server: URL, noProxy: string): boolean {
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const port = server.port || (server.protocol === 'https:' ? '443' : '80')
  if (host === 'localhost' || isLoopback(host)) return false
  return !noProxy
    .split(',')
    .map((rule) => rule.trim().toLowerCase())
    .some((rule) => rule !== '' && matchesRule(rule, host, port))
}

function matchesRule(rule: string, host: string, port: string): boolean {
  if (rule === '*') return true
  if (rule.includes('/')) return isInBlock(rule, host)
  const { name, port: wanted } = splitPort(rule)
  if (wanted !== undefined && wanted !== port) return false
  if (isIP(name)) return sameAddress(name, host)
  if (isIP(host)) return false
  const domain = name.startsWith('*.') ? name.slice(1) : name
  // ".corp" means what is below corp; "corp" means corp itself, too.
  return domain.startsWith('.') ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`)
}

function splitPort(rule: string): { name: string; port?: string } {
  const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(rule)
  if (bracketed) return bracketed[2] === undefined ? { name: bracketed[1]! } : { name: bracketed[1]!, port: bracketed[2] }
  if (isIP(rule)) return { name: rule }
  const plain = /^(.+):(\d+)$/.exec(rule)
  return plain ? { name: plain[1]!, port: plain[2]! } : { name: rule }
}

function isInBlock(rule: string, host: string): boolean {
  const [network = '', prefix = ''] = rule.split('/')
  const family = isIP(network)
  const bits = Number(prefix)
  if (family === 0 || isIP(host) !== family || prefix === '' || !Number.isInteger(bits) || bits < 0 || bits > (family === 4 ? 32 : 128))
    return false
  const block = new BlockList()
  block.addSubnet(network, bits, family === 4 ? 'ipv4' : 'ipv6')
  return block.check(host, family === 4 ? 'ipv4' : 'ipv6')
}

function sameAddress(a: string, b: string): boolean {
  if (isIP(a) !== isIP(b)) return false
  const block = new BlockList()
  const family = isIP(a) === 4 ? 'ipv4' : 'ipv6'
  block.addAddress(a, family)
  return block.check(b, family)
}

function isLoopback(host: string): boolean {
  return isIP(host) === 4 ? host.startsWith('127.') : sameAddress('::1', host)
}
