import { BlockList, isIP } from 'node:net'
import { ConfigurationError } from '@kubewright/core'

/** @throws ConfigurationError for what we cannot speak. `where` names the field or variable; the URL may carry a password and is not quoted. */
export function parseProxyUrl(text: string, where: string): URL {
  // Go takes "proxy.corp:3128" for an http proxy.
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  if (!URL.canParse(full)) throw new ConfigurationError(`${where} is not a URL: write it like http://proxy.example.com:3128`)
  const url = new URL(full)
  if (!SCHEMES.includes(url.protocol)) {
    throw new ConfigurationError(`${where} has the scheme "${url.protocol.slice(0, -1)}": write http, https, socks5 or socks5h`)
  }
  if (url.hostname === '') throw new ConfigurationError(`${where} names no host: write it like socks5://proxy.example.com:1080`)
  const problem = loginProblem(url)
  if (problem !== undefined) throw new ConfigurationError(`${where} ${problem}`)
  return url
}

const SCHEMES: readonly string[] = ['http:', 'https:', 'socks5:', 'socks5h:']

function loginProblem({ protocol, username, password }: URL): string | undefined {
  let decoded: readonly string[]
  try {
    decoded = [decodeURIComponent(username), decodeURIComponent(password)]
  } catch {
    return 'has a user or a password with a stray "%": write it as %25'
  }
  const tooLong = protocol.startsWith('socks') && decoded.some((text) => Buffer.byteLength(text) > 255)
  return tooLong ? 'has a user or a password of more than 255 bytes, which SOCKS5 cannot carry' : undefined
}

/**
 * The proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY choose for a server, by Go's rules (golang.org/x/net/http/httpproxy), so that one
 * environment means the same to kubectl and to us.
 */
export function proxyFromEnvironment(server: URL, environment: Readonly<Record<string, string | undefined>>): URL | undefined {
  const variable = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const value = environment[variable] || environment[variable.toLowerCase()]
  if (!value) return undefined
  if (variable === 'HTTP_PROXY' && environment['REQUEST_METHOD']) {
    throw new ConfigurationError(
      'environment variable HTTP_PROXY is not used where REQUEST_METHOD is set: in CGI, a request header "Proxy" sets it',
    )
  }
  const exceptions = environment['NO_PROXY'] || environment['no_proxy'] || ''
  if (!mayUseProxy(server, exceptions)) return undefined
  return parseProxyUrl(value, `environment variable ${variable}`)
}

/** Go's NO_PROXY: `*`, or a list of addresses, CIDR blocks and domain names, each with an optional port. */
export function mayUseProxy(server: URL, noProxy: string): boolean {
  const host = withoutBrackets(server.hostname).toLowerCase()
  const port = server.port || (server.protocol === 'https:' ? '443' : '80')
  if (isLoopback(host)) return false
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
  if (isIP(name)) return isIP(host) !== 0 && sameAddress(name, host)
  // Go compares the text of an address with domains, too: "0.0.1" excepts 10.0.0.1.
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
  if (family === 0 || isIP(host) === 0 || prefix === '' || !Number.isInteger(bits) || bits < 0 || bits > (family === 4 ? 32 : 128))
    return false
  const block = new BlockList()
  block.addSubnet(network, bits, family === 4 ? 'ipv4' : 'ipv6')
  return block.check(host, familyOf(host))
}

/** An IPv4 address written as an IPv6 one (`::ffff:10.0.0.1`) is the same address, here as in Go. */
function sameAddress(a: string, b: string): boolean {
  const block = new BlockList()
  block.addAddress(a, familyOf(a))
  return block.check(b, familyOf(b))
}

/** Whether the host of a URL is this machine itself. */
export function isLoopback(hostname: string): boolean {
  const host = withoutBrackets(hostname)
  return host === 'localhost' || (isIP(host) !== 0 && (isInBlock('127.0.0.0/8', host) || sameAddress('::1', host)))
}

function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6'
}
