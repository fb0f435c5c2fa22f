import type { StatusCause } from '@kubewright/core'

/** A field: `spec.rules[0].host`, or its parts, where an index is a number: `['spec', 'rules', 0, 'host']`. */
export type FieldPath = string | readonly (string | number)[]

/** Long values are cut in messages: the reader knows what he sent, and the whole answer has to fit into one line. */
const LONGEST_VALUE = 200

/**
 * What is wrong with an object, field by field, in the words in which kube-apiserver says it. Everything that is found is reported at once.
 * A value is shown only when it is given: leave out those that may be secret.
 */
export class FieldErrors {
  readonly #causes: StatusCause[]
  readonly #base: readonly (string | number)[]

  constructor(causes: StatusCause[] = [], base: readonly (string | number)[] = []) {
    this.#causes = causes
    this.#base = base
  }

  get causes(): readonly StatusCause[] {
    return this.#causes
  }

  /** The same collector, for fields below this one: `errors.at('spec', 'rules', 0).required('host')`. */
  at(...parts: readonly (string | number)[]): FieldErrors {
    return new FieldErrors(this.#causes, [...this.#base, ...parts])
  }

  /** `detail` says what the value must be: `must be at least 1`. */
  invalid(path: FieldPath, detail: string, value?: unknown): void {
    this.#add(path, 'FieldValueInvalid', `Invalid value: ${value === undefined ? '' : `${shown(value)}: `}${detail}`)
  }

  required(path: FieldPath, detail = ''): void {
    this.#add(path, 'FieldValueRequired', `Required value${detail === '' ? '' : `: ${detail}`}`)
  }

  notSupported(path: FieldPath, supported: readonly string[], value?: unknown): void {
    const list = supported.map((item) => JSON.stringify(item)).join(', ')
    this.#add(
      path,
      'FieldValueNotSupported',
      `Unsupported value: ${value === undefined ? '' : `${shown(value)}: `}supported values: ${list}`,
    )
  }

  forbidden(path: FieldPath, detail: string): void {
    this.#add(path, 'FieldValueForbidden', `Forbidden: ${detail}`)
  }

  duplicate(path: FieldPath, value?: unknown): void {
    this.#add(path, 'FieldValueDuplicate', `Duplicate value${value === undefined ? '' : `: ${shown(value)}`}`)
  }

  notFound(path: FieldPath, value?: unknown): void {
    this.#add(path, 'FieldValueNotFound', `Not found${value === undefined ? '' : `: ${shown(value)}`}`)
  }

  tooLong(path: FieldPath, most: number): void {
    this.#add(path, 'FieldValueTooLong', `Too long: may not be more than ${most} bytes`)
  }

  tooMany(path: FieldPath, actual: number, most: number): void {
    this.#add(path, 'FieldValueTooMany', `Too many: ${actual}: must have at most ${most} items`)
  }

  #add(path: FieldPath, reason: string, message: string): void {
    this.#causes.push({ reason, message, field: fieldText([...this.#base, ...(typeof path === 'string' ? [path] : path)]) })
  }
}

/** Words that kube-apiserver puts before what is wrong, by the cause's reason. */
const OPENINGS: Readonly<Record<string, string>> = {
  FieldValueInvalid: 'Invalid value',
  FieldValueRequired: 'Required value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
}

/** A cause found elsewhere (by a kind's schema), in the same words as the others. */
export function worded(cause: StatusCause): StatusCause {
  const opening = OPENINGS[cause.reason ?? '']
  return opening === undefined ? cause : { ...cause, message: `${opening}: ${cause.message ?? ''}` }
}

/** `Website.example.dev "shop" is invalid: spec.image: Required value`, with brackets around several, as kube-apiserver writes it. */
export function invalidMessage(
  kind: { readonly group: string; readonly kind: string },
  name: string,
  causes: readonly StatusCause[],
): string {
  const told = causes.map(({ field, message }) => (field ? `${field}: ${message}` : `${message}`))
  const qualified = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`
  return `${qualified} "${name}" is invalid: ${told.length === 1 ? told[0] : `[${told.join(', ')}]`}`
}

/** Indexes and keys that are no identifiers in brackets, the others after a dot, as apimachinery's field.Path prints them. */
function fieldText(parts: readonly (string | number)[]): string {
  return parts.reduce<string>((text, part) => {
    if (part === '') return text
    if (typeof part === 'number') return `${text}[${part}]`
    if (text === '') return part
    return /^[A-Za-z_$][\w$.[\]-]*$/.test(part) ? `${text}.${part}` : `${text}[${part}]`
  }, '')
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null'
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text
}
