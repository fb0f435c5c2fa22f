// What no two servers have in common, taken out of what clients print. Widths of columns go with it: they follow from the lengths of names.

const REPLACEMENTS: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uid>'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<token>'],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| [+-]\d{4} \w+)?/g, '<time>'],
  // Go's RFC 1123 and ANSIC: describe and Helm.
  [/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? (?:\d\d \w{3}|\w{3} [ \d]\d) (?:\d{4} )?[\d:]+(?: \d{4})?(?: [+-]\d{4})?/g, '<time>'],
  // Names of Pods: of a Deployment's, of another's; and the hash of a template by itself.
  [/-[bcdf0-9ghjklmnpqrstvwxz]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-<hash>-<random>'],
  [/(?<=\b(?:web|agent|once|often|hooked)-)[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '<random>'],
  [/(?<=pod-template-hash[=:] ?"?|controller-revision-hash[=:] ?"?[a-z-]*|\bweb-)[bcdf0-9ghjklmnpqrstvwxz]{6,10}\b/g, '<hash>'],
  [/\b10\.(?:\d+\.){2}\d+\b/g, '<address>'],
  [/\b127\.0\.0\.1:\d+\b/g, '<server>'],
  [/(?<=resourceVersion"?: ?"|resourceVersion=|Resource ?Version: +)\d+/gi, '<version>'],
  [/(?<=:)3\d{4}(?=\/TCP)|(?<=[nN]odePort"?:\s+(?:\S+\s+)?)3\d{4}/g, '<port>'],
  [/\/tmp\/[\w.-]+/g, '<file>'],
  [/^[IWE]\d{4} [\d:.]+ +\d+ /gm, '<log> '],
  [/(?<=modifiedAt=)\d+/g, '<time>'],
  // Objects within errors: in no order, with versions and times.
  [/(?<=Invalid value: )"\{(?:[^"\\]|\\.)*\}"/g, '<object>'],
  // Nobody here reports what he does: docs/apiserver/parity.yaml says so.
  [/^Events:.*\n(?: {2}.*\n)*/gm, ''],
  [/(?<=^|[\s(])(?:\d+[dhms])+(?= ago|[\s),]|$)/gm, '<age>'],
  // Indentation means something up to here, columns do not.
  [/^ {8,}/gm, '        '],
  [/(?<=\S)[ \t]{2,}/g, '  '],
  [/[ \t]+$/gm, ''],
]

export const plain = (text: string): string => REPLACEMENTS.reduce((rest, [pattern, word]) => rest.replace(pattern, word), text)
