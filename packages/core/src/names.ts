// The patterns, lengths and sentences are those of apimachinery's validation (v1.36): clients show them to people, and some match on them.
const DNS_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const DNS_SUBDOMAIN = `${DNS_LABEL}(\\.${DNS_LABEL})*`
const DNS_1035_LABEL = '[a-z]([-a-z0-9]*[a-z0-9])?'
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const LABEL_VALUE = `(${QUALIFIED})?`

const whole = (pattern: string) => new RegExp(`^${pattern}$`)
const dnsLabel = whole(DNS_LABEL)
const dnsSubdomain = whole(DNS_SUBDOMAIN)
const dns1035Label = whole(DNS_1035_LABEL)
const qualified = whole(QUALIFIED)
const labelValue = whole(LABEL_VALUE)

const LONGEST_LABEL = 63
const LONGEST_SUBDOMAIN = 253

const DNS_LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character"
const DNS_SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
const DNS_1035_RULE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character"
const QUALIFIED_RULE = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
const LABEL_VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"

/** What is wrong with `text` as a DNS-1123 label (the names of namespaces and services' ports), in Kubernetes' words; empty: nothing. */
export function dnsLabelErrors(text: string): readonly string[] {
  const errors = tooLong(text, LONGEST_LABEL, 'characters')
  if (dnsLabel.test(text)) return errors
  return [...errors, dnsSubdomain.test(text) ? 'must not contain dots' : mismatch(DNS_LABEL_RULE, DNS_LABEL, 'my-name', '123-abc')]
}

/** What is wrong with `text` as a DNS-1123 subdomain (the names of most objects, and API groups); empty: nothing. */
export function dnsSubdomainErrors(text: string): readonly string[] {
  return subdomainErrors(text, 'characters')
}

/** apimachinery validates objects' names in one package, which says characters, and label keys in another, which says bytes. */
function subdomainErrors(text: string, unit: 'bytes' | 'characters'): readonly string[] {
  const errors = tooLong(text, LONGEST_SUBDOMAIN, unit)
  return dnsSubdomain.test(text) ? errors : [...errors, mismatch(DNS_SUBDOMAIN_RULE, DNS_SUBDOMAIN, 'example.com')]
}

/** What is wrong with `text` as a DNS-1035 label (plural names, API versions); empty: nothing. */
export function dns1035LabelErrors(text: string): readonly string[] {
  const errors = tooLong(text, LONGEST_LABEL, 'characters')
  return dns1035Label.test(text) ? errors : [...errors, mismatch(DNS_1035_RULE, DNS_1035_LABEL, 'my-name', 'abc-123')]
}

/** What is wrong with `text` as a qualified name, `[prefix/]name` (keys of labels and annotations, finalizers); empty: nothing. */
export function qualifiedNameErrors(text: string): readonly string[] {
  const parts = text.split('/')
  const malformed = mismatch(QUALIFIED_RULE, QUALIFIED, 'MyName', 'my.name', '123-abc')
  if (parts.length > 2) return [`a valid label key ${malformed} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]
  const errors: string[] = []
  if (parts.length === 2) {
    const prefix = parts[0]!
    errors.push(...(prefix === '' ? ['must be non-empty'] : subdomainErrors(prefix, 'bytes')).map((error) => `prefix part ${error}`))
  }
  const name = parts.at(-1)!
  errors.push(...(name === '' ? ['must be non-empty'] : tooLong(name, LONGEST_LABEL)).map((error) => `name part ${error}`))
  if (!qualified.test(name)) errors.push(`name part ${malformed}`)
  return errors
}

/** What is wrong with `text` as the value of a label; empty: nothing. */
export function labelValueErrors(text: string): readonly string[] {
  const errors = tooLong(text, LONGEST_LABEL)
  return labelValue.test(text) ? errors : [...errors, mismatch(LABEL_VALUE_RULE, LABEL_VALUE, 'MyValue', 'my_value', '12345')]
}

/** Whether it is a name of up to 63 letters in lower case, digits and dashes (RFC 1123), as most objects have. */
export const isDnsLabel = (text: string): boolean => dnsLabelErrors(text).length === 0
/** Whether it is a name of DNS labels with dots between them, of up to 253 characters. */
export const isDnsSubdomain = (text: string): boolean => dnsSubdomainErrors(text).length === 0
/** Whether it is a DNS label that begins with a letter, as Services have. */
export const isDns1035Label = (text: string): boolean => dns1035LabelErrors(text).length === 0
/** Whether it is a key of a label or annotation: `name` or `example.dev/name`. */
export const isQualifiedName = (text: string): boolean => qualifiedNameErrors(text).length === 0
/** Whether it may stand as the value of a label. */
export const isLabelValue = (text: string): boolean => labelValueErrors(text).length === 0

/** The limits count bytes of UTF-8, whatever unit the sentence names. */
function tooLong(text: string, limit: number, unit: 'bytes' | 'characters' = 'bytes'): readonly string[] {
  return text.length > limit || new TextEncoder().encode(text).length > limit ? [`must be no more than ${limit} ${unit}`] : []
}

function mismatch(rule: string, pattern: string, ...examples: readonly string[]): string {
  return `${rule} (e.g. ${examples.map((example) => `'${example}', `).join(' or ')}regex used for validation is '${pattern}')`
}
