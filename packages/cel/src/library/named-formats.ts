import { dns1035LabelErrors, dnsLabelErrors, dnsSubdomainErrors, labelValueErrors, qualifiedNameErrors } from '@kubewright/core'
import { FORMAT } from '../types/signature.ts'
import { parseDate, parseTimestamp } from '../values/timestamp.ts'
import { ArrayList, type CelValue, LibraryValue, Optional } from '../values/value.ts'
import { type Overload, overload } from './overload.ts'
import { requestUriProblem } from './urls.ts'

export class FormatValue extends LibraryValue {
  readonly type = FORMAT
  readonly name: string
  /** How long the pattern is that Kubernetes reckons costs with. */
  readonly patternLength: number
  readonly check: (text: string) => readonly string[]
  constructor(name: string, patternLength: number, check: (text: string) => readonly string[]) {
    super()
    this.name = name
    this.patternLength = patternLength
    this.check = check
  }
  equals(other: LibraryValue): boolean {
    return other instanceof FormatValue && other.name === this.name
  }
}

/** A name that goes on, as those of generateName, may end in a dash. */
const prefixOf = (check: (text: string) => readonly string[]) => (text: string) =>
  check(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text)
const unless = (holds: (text: string) => boolean, problem: string) => (text: string) => (holds(text) ? [] : [problem])

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i
const BASE64 = /^(?=.)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/

function formats(): FormatValue[] {
  return [
    new FormatValue('dns1123Label', 30, dnsLabelErrors),
    new FormatValue('dns1123Subdomain', 60, dnsSubdomainErrors),
    new FormatValue('dns1035Label', 30, dns1035LabelErrors),
    new FormatValue('qualifiedName', 60, qualifiedNameErrors),
    new FormatValue('dns1123LabelPrefix', 30, prefixOf(dnsLabelErrors)),
    new FormatValue('dns1123SubdomainPrefix', 60, prefixOf(dnsSubdomainErrors)),
    new FormatValue('dns1035LabelPrefix', 30, prefixOf(dns1035LabelErrors)),
    new FormatValue('labelValue', 40, labelValueErrors),
    new FormatValue('uri', 1000, (text) => {
      const problem = requestUriProblem(text)
      return problem === undefined ? [] : [problem]
    }),
    new FormatValue(
      'uuid',
      96,
      unless((text) => UUID.test(text), 'does not match the UUID format'),
    ),
    new FormatValue(
      'byte',
      84,
      unless((text) => BASE64.test(text), 'invalid base64'),
    ),
    new FormatValue(
      'date',
      117,
      unless((text) => parseDate(text) !== undefined, 'invalid date'),
    ),
    new FormatValue(
      'datetime',
      117,
      unless((text) => parseTimestamp(text) !== undefined, 'invalid datetime'),
    ),
  ]
}

/** `format.dns1123Label().validate(text)`: the problems, or nothing. */
export function formatLibrary(): Overload[] {
  const all = formats()
  const byName = new Map(all.map((format) => [format.name, format]))
  return [
    ...all.map((format) => overload(`format::${format.name}(): format`, () => format)),
    overload('format::named(string): optional(format)', (name: string) => new Optional(byName.get(name))),
    overload('format.validate(string): optional(list(string))', validate),
  ]
}

function validate(format: FormatValue, text: string): CelValue {
  const problems = format.check(text)
  return problems.length === 0 ? Optional.none : new Optional(new ArrayList(problems))
}
