import { CelEvaluationError } from '../errors.ts'
import { SEMVER } from '../types/signature.ts'
import { toInt } from '../values/integers.ts'
import { quoted } from '../values/text.ts'
import { type CelValue, LibraryValue } from '../values/value.ts'
import { type Overload, overload } from './overload.ts'

interface Version {
  readonly core: readonly [bigint, bigint, bigint]
  readonly prerelease: readonly string[]
}

class SemverValue extends LibraryValue {
  readonly type = SEMVER
  readonly version: Version
  constructor(version: Version) {
    super()
    this.version = version
  }
  equals(other: LibraryValue): boolean {
    return other instanceof SemverValue && compareVersions(this.version, other.version) === 0
  }
}

/** Semantic versions: `semver('1.2.3-rc.1')`. */
export function semverLibrary(): Overload[] {
  return [
    overload('semver(string): semver', read),
    overload('semver(string, bool): semver', (text: string, normalized: boolean) => read(normalized ? normalize(text) : text)),
    overload('isSemver(string): bool', isVersion),
    overload('isSemver(string, bool): bool', (text: string, normalized: boolean) => isVersion(normalized ? normalize(text) : text)),
    overload('semver.isGreaterThan(semver): bool', (a: SemverValue, b: SemverValue) => compareVersions(a.version, b.version) > 0),
    overload('semver.isLessThan(semver): bool', (a: SemverValue, b: SemverValue) => compareVersions(a.version, b.version) < 0),
    overload('semver.compareTo(semver): int', (a: SemverValue, b: SemverValue) => compareVersions(a.version, b.version)),
    overload('semver.major(): int', ({ version }: SemverValue) => toInt(BigInt.asIntN(64, version.core[0]))),
    overload('semver.minor(): int', ({ version }: SemverValue) => toInt(BigInt.asIntN(64, version.core[1]))),
    overload('semver.patch(): int', ({ version }: SemverValue) => toInt(BigInt.asIntN(64, version.core[2]))),
  ]
}

const NAMES = ['major', 'minor', 'patch'] as const

function parse(text: string): Version | string {
  if (text === '') return 'Version string empty'
  const [major, minor, ...rest] = text.split('.')
  if (minor === undefined || rest.length === 0) return 'No Major.Minor.Patch elements found'
  const [, patch = '', prerelease, build] = /^([^+-]*)(?:-([^+]*))?(?:\+(.*))?$/s.exec(rest.join('.'))!
  const core: bigint[] = []
  for (const [index, field] of [major!, minor, patch].entries()) {
    const number = parseNumber(NAMES[index]!, field)
    if (typeof number === 'string') return number
    core.push(number)
  }
  const problem = prereleaseProblem(prerelease?.split('.') ?? []) ?? buildProblem(build?.split('.') ?? [])
  return problem ?? { core: core as [bigint, bigint, bigint], prerelease: prerelease?.split('.') ?? [] }
}

function parseNumber(name: string, field: string): bigint | string {
  if (!/^[0-9]*$/.test(field)) return `Invalid character(s) found in ${name} number ${quoted(field)}`
  if (field.length > 1 && field.startsWith('0'))
    return `${name[0]!.toUpperCase()}${name.slice(1)} number must not contain leading zeroes ${quoted(field)}`
  if (field === '') return 'strconv.ParseUint: parsing "": invalid syntax'
  return BigInt(field) < 2n ** 64n ? BigInt(field) : `strconv.ParseUint: parsing ${quoted(field)}: value out of range`
}

function prereleaseProblem(parts: readonly string[]): string | undefined {
  for (const part of parts) {
    if (part === '') return 'Prerelease is empty'
    if (!/^[0-9A-Za-z-]+$/.test(part)) return `Invalid character(s) found in prerelease ${quoted(part)}`
    if (/^0[0-9]+$/.test(part)) return `Numeric PreRelease version must not contain leading zeroes ${quoted(part)}`
  }
  return undefined
}

function buildProblem(parts: readonly string[]): string | undefined {
  for (const part of parts) {
    if (part === '') return 'Build meta data is empty'
    if (!/^[0-9A-Za-z-]+$/.test(part)) return `Invalid character(s) found in build meta data ${quoted(part)}`
  }
  return undefined
}

function isVersion(text: string): boolean {
  return typeof parse(text) !== 'string'
}

function read(text: string): CelValue {
  const version = parse(text)
  if (typeof version === 'string') throw new CelEvaluationError(version)
  return new SemverValue(version)
}

/** Takes a leading v and leading zeros away, and completes `1` and `1.2`. */
function normalize(text: string): string {
  const [major, minor, ...rest] = text.replace(/^v/, '').split('.')
  const parts = [major!, ...(minor === undefined ? [] : [minor]), ...(rest.length === 0 ? [] : [rest.join('.')])].map((part) =>
    part.length > 1 ? part.replace(/^0+/, '').replace(/^(?![0-9])/, '0') : part,
  )
  // A short version with a suffix stays short, and is refused as such.
  if (parts.length < 3 && /[+-]/.test(parts.at(-1)!)) return ''
  while (parts.length < 3) parts.push('0')
  return parts.join('.')
}

function compareVersions(a: Version, b: Version): number {
  for (const [index, number] of a.core.entries()) {
    if (number !== b.core[index]) return number < b.core[index]! ? -1 : 1
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0) return Math.sign(b.prerelease.length - a.prerelease.length)
  for (const [index, part] of a.prerelease.entries()) {
    const other = b.prerelease[index]
    if (other === undefined) return 1
    const order = compareParts(part, other)
    if (order !== 0) return order
  }
  return a.prerelease.length < b.prerelease.length ? -1 : 0
}

function compareParts(a: string, b: string): number {
  const [left, right] = [/^[0-9]+$/.test(a), /^[0-9]+$/.test(b)]
  if (left && right) return BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0
  if (left !== right) return left ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}
