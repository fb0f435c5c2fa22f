import { CelEvaluationError, noSuchOverload } from '../errors.ts'
import { CIDR, IP } from '../types/signature.ts'
import { quoted } from '../values/text.ts'
import { type CelValue, LibraryValue } from '../values/value.ts'
import { bitsOf, isMapped, mask, parseAddress, printAddress } from './ip-address.ts'
import { type Overload, overload } from './overload.ts'

class IpValue extends LibraryValue {
  readonly type = IP
  readonly bytes: readonly number[]
  constructor(bytes: readonly number[]) {
    super()
    this.bytes = bytes
  }
  override get size(): number {
    return this.bytes.length
  }
  equals(other: LibraryValue): boolean {
    return other instanceof IpValue && printAddress(other.bytes) === printAddress(this.bytes)
  }
}

class CidrValue extends LibraryValue {
  readonly type = CIDR
  readonly bytes: readonly number[]
  readonly prefix: number
  constructor(bytes: readonly number[], prefix: number) {
    super()
    this.bytes = bytes
    this.prefix = prefix
  }
  override get size(): number {
    return Math.ceil(this.prefix / 8)
  }
  equals(other: LibraryValue): boolean {
    return other instanceof CidrValue && printCidr(other) === printCidr(this)
  }
}

/** `ip('10.0.0.1')` and `cidr('10.0.0.0/8')`. */
export function addressLibrary(): Overload[] {
  return [...addresses(), ...networks()]
}

function addresses(): Overload[] {
  const test = (holds: (bytes: readonly number[]) => boolean) => (ip: IpValue) => holds(ip.bytes)
  return [
    overload('ip(string): ip', readIp),
    overload('isIP(string): bool', (text: string) => ipProblem(text) === undefined),
    overload('ip::isCanonical(string): bool', (text: string) => printAddress(readIp(text).bytes) === text),
    overload('ip.family(): int', (ip: IpValue) => (ip.bytes.length === 4 ? 4 : 6)),
    overload(
      'ip.isUnspecified(): bool',
      test((bytes) => bytes.every((byte) => byte === 0)),
    ),
    overload('ip.isLoopback(): bool', test(isLoopback)),
    overload('ip.isLinkLocalMulticast(): bool', test(isLinkLocalMulticast)),
    overload('ip.isLinkLocalUnicast(): bool', test(isLinkLocalUnicast)),
    overload('ip.isGlobalUnicast(): bool', test(isGlobalUnicast)),
    overload('string(ip): string', (ip: IpValue) => printAddress(ip.bytes)),
  ]
}

function networks(): Overload[] {
  return [
    overload('cidr(string): cidr', readCidr),
    overload('isCIDR(string): bool', (text: string) => parseCidr(text) instanceof CidrValue),
    overload('cidr.containsIP(string): bool', containsText),
    overload('cidr.containsIP(ip): bool', (cidr: CidrValue, ip: IpValue) => holds(cidr, ip.bytes)),
    overload('cidr.containsCIDR(string): bool', (cidr: CidrValue, text: string) => holdsNetwork(cidr, readCidr(text))),
    overload('cidr.containsCIDR(cidr): bool', holdsNetwork),
    overload('cidr.ip(): ip', (cidr: CidrValue) => new IpValue(cidr.bytes)),
    overload('cidr.prefixLength(): int', (cidr: CidrValue) => cidr.prefix),
    overload('cidr.masked(): cidr', (cidr: CidrValue) => new CidrValue(mask(cidr.bytes, cidr.prefix), cidr.prefix)),
    overload('string(cidr): string', printCidr),
  ]
}

// A text that is no address makes kube-apiserver forget which argument is wrong.
function containsText(cidr: CidrValue, text: string): CelValue {
  if (ipProblem(text) !== undefined) throw noSuchOverload()
  return holds(cidr, readIp(text).bytes)
}

function printCidr(cidr: CidrValue): string {
  return `${printAddress(cidr.bytes)}/${cidr.prefix}`
}

function ipProblem(text: string): string | undefined {
  const address = parseAddress(text)
  if (typeof address === 'string') return `IP Address ${quoted(text)} parse error during conversion from string: ${address}`
  if (address.zone !== '') return `IP address ${quoted(text)} with zone value is not allowed`
  return isMapped(address.bytes) ? `IPv4-mapped IPv6 address ${quoted(text)} is not allowed` : undefined
}

function readIp(text: string): IpValue {
  const problem = ipProblem(text)
  const address = parseAddress(text)
  if (problem !== undefined || typeof address === 'string') throw new CelEvaluationError(problem!)
  return new IpValue(address.bytes)
}

function parseCidr(text: string): CidrValue | string {
  const explain = (reason: string): string =>
    `network address parse error during conversion from string: netip.ParsePrefix(${quoted(text)}): ${reason}`
  const slash = text.lastIndexOf('/')
  if (slash < 0) return explain("no '/'")
  const address = parseAddress(text.slice(0, slash))
  if (typeof address === 'string') return explain(address)
  if (address.zone !== '') return explain('IPv6 zones cannot be present in a prefix')
  const length = text.slice(slash + 1)
  if (!/^(0|[1-9][0-9]*)$/.test(length)) return explain(`bad bits after slash: ${quoted(length)}`)
  if (Number(length) > bitsOf(address.bytes)) return explain('prefix length out of range')
  if (isMapped(address.bytes)) return `IPv4-mapped IPv6 address ${quoted(text)} is not allowed`
  return new CidrValue(address.bytes, Number(length))
}

function readCidr(text: string): CidrValue {
  const cidr = parseCidr(text)
  if (typeof cidr === 'string') throw new CelEvaluationError(`network address parse error during conversion from string: ${cidr}`)
  return cidr
}

function holds(cidr: CidrValue, bytes: readonly number[]): CelValue & boolean {
  if (bytes.length !== cidr.bytes.length) return false
  const network = mask(cidr.bytes, cidr.prefix)
  return mask(bytes, cidr.prefix).every((byte, index) => byte === network[index])
}

function holdsNetwork(cidr: CidrValue, other: CidrValue): CelValue {
  return cidr.prefix <= other.prefix && holds(cidr, other.bytes)
}

function isLoopback(bytes: readonly number[]): boolean {
  if (bytes.length === 4) return bytes[0] === 127
  return bytes.slice(0, 15).every((byte) => byte === 0) && bytes[15] === 1
}

function isLinkLocalMulticast(bytes: readonly number[]): boolean {
  if (bytes.length === 4) return bytes[0] === 224 && bytes[1] === 0 && bytes[2] === 0
  return bytes[0] === 0xff && (bytes[1]! & 0x0f) === 2
}

function isLinkLocalUnicast(bytes: readonly number[]): boolean {
  if (bytes.length === 4) return bytes[0] === 169 && bytes[1] === 254
  return bytes[0] === 0xfe && (bytes[1]! & 0xc0) === 0x80
}

/** Go's meaning of the word: private addresses count. */
function isGlobalUnicast(bytes: readonly number[]): boolean {
  const isMulticast = bytes.length === 4 ? (bytes[0]! & 0xf0) === 0xe0 : bytes[0] === 0xff
  const isBroadcast = bytes.length === 4 && bytes.every((byte) => byte === 255)
  return !isMulticast && !isBroadcast && !isLoopback(bytes) && !isLinkLocalUnicast(bytes) && bytes.some((byte) => byte !== 0)
}
