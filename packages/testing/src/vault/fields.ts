import { parseDuration } from '@kubewright/core'
import type { Json } from './answer.ts'

/** Seconds of Vault's durations: a number, `"30"`, `"1h"`, also days. 0 when absent or not understood. */
export function seconds(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || value === '') return 0
  if (/^\d+$/.test(value)) return Number(value)
  const days = /^(\d+)d$/.exec(value)
  if (days !== null) return Number(days[1]) * 86_400
  try {
    return Math.round(parseDuration(value) / 1000)
  } catch {
    return 0
  }
}

/** Strings of a list, or of one text with commas, as Vault's fields take both. */
export function list(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String)
  return typeof value === 'string' && value !== '' ? value.split(',').map((item) => item.trim()) : []
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value)
}

/** What roles of all auth methods have in common. */
export interface TokenSettings {
  readonly token_ttl: number
  readonly token_max_ttl: number
  readonly token_explicit_max_ttl: number
  readonly token_period: number
  readonly token_num_uses: number
  readonly token_policies: readonly string[]
  readonly token_no_default_policy: boolean
  readonly token_type: string
  readonly token_bound_cidrs: readonly string[]
}

export function tokenSettings(data: Json): TokenSettings {
  return {
    token_ttl: seconds(data['token_ttl'] ?? data['ttl']),
    token_max_ttl: seconds(data['token_max_ttl'] ?? data['max_ttl']),
    token_explicit_max_ttl: seconds(data['token_explicit_max_ttl']),
    token_period: seconds(data['token_period'] ?? data['period']),
    token_num_uses: Number(data['token_num_uses'] ?? 0),
    token_policies: list(data['token_policies'] ?? data['policies']).sort(),
    token_no_default_policy: data['token_no_default_policy'] === true,
    token_type: text(data['token_type']) || 'default',
    token_bound_cidrs: list(data['token_bound_cidrs'] ?? data['bound_cidrs']),
  }
}

/** `10.0.0.0/8` holds `10.1.2.3`. IPv4 only, which is all that loopback tests need; anything else holds nothing. */
export function holds(cidr: string, address: string): boolean {
  const [network, length = '32'] = cidr.split('/') as [string, string?]
  const [a, b] = [number(network), number(address.replace(/^::ffff:/, ''))]
  if (a === undefined || b === undefined) return false
  const bits = Number(length)
  const mask = bits === 0 ? 0 : (0xffff_ffff << (32 - bits)) >>> 0
  return (a & mask) >>> 0 === (b & mask) >>> 0
}

function number(address: string): number | undefined {
  const parts = address.split('.').map(Number)
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined
  return parts.reduce((sum, part) => sum * 256 + part, 0)
}

/** `team-*` fits `team-a`; `*` fits all. */
export function globFits(pattern: string, value: string): boolean {
  const [head, ...rest] = pattern.split('*')
  if (rest.length === 0) return pattern === value
  if (!value.startsWith(head!)) return false
  let at = head!.length
  for (const [index, piece] of rest.entries()) {
    if (index === rest.length - 1) return piece === '' || (value.endsWith(piece) && value.length - piece.length >= at)
    const found = value.indexOf(piece, at)
    if (found === -1) return false
    at = found + piece.length
  }
  return true
}
