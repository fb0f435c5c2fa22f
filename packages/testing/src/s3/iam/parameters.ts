import { ApiError } from '../protocol/api-error.ts'
import { type Content, element, leaf, optional } from '../protocol/xml.ts'

export const validationError = (message: string) => new ApiError('ValidationError', 400, message)

/** The parameters of one call of the query protocol. */
export class Parameters {
  readonly #values: ReadonlyMap<string, string>

  constructor(values: ReadonlyMap<string, string>) {
    this.#values = values
  }

  optional(name: string): string | undefined {
    return this.#values.get(name)
  }

  /** @throws ApiError ValidationError */
  required(name: string): string {
    const value = this.#values.get(name)
    if (value === undefined || value === '')
      throw validationError(`1 validation error detected: Value at '${name}' failed to satisfy constraint: Member must not be null`)
    return value
  }

  /** A name of an IAM entity. */
  name(name: string, longest: number): string {
    const value = this.required(name)
    if (value.length > longest)
      throw validationError(
        `1 validation error detected: Value at '${name}' failed to satisfy constraint: Member must have length less than or equal to ${longest}`,
      )
    if (!/^[\w+=,.@-]+$/.test(value))
      throw validationError(
        `The specified value for ${name} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
      )
    return value
  }

  path(name = 'Path'): string {
    const value = this.#values.get(name) ?? '/'
    if (value.length > 512 || !/^\/(?:[\u0021-\u007e]*\/)?$/.test(value))
      throw validationError(
        `The specified value for ${name} is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.`,
      )
    return value
  }

  /** `Name.member.1`, `Name.member.2`, … */
  list(name: string): readonly string[] {
    const found: string[] = []
    for (let index = 1; ; index++) {
      const value = this.#values.get(`${name}.member.${index}`)
      if (value === undefined) return found
      found.push(value)
    }
  }

  /** @throws ApiError for more than 50, for keys given twice, and for reserved ones */
  tags(): ReadonlyMap<string, string> {
    const tags = new Map<string, string>()
    for (let index = 1; ; index++) {
      const key = this.#values.get(`Tags.member.${index}.Key`)
      if (key === undefined) return tags
      const value = this.#values.get(`Tags.member.${index}.Value`) ?? ''
      if (tags.has(key))
        throw new ApiError('InvalidInput', 400, 'Duplicate tag keys found. Please note that Tag keys are case insensitive.')
      if (key.toLowerCase().startsWith('aws:')) throw new ApiError('InvalidInput', 400, 'Tag keys beginning with aws: are reserved')
      if (key === '' || key.length > 128 || value.length > 256) throw validationError('1 validation error detected: a tag is too long')
      tags.set(key, value)
      if (tags.size > 50) throw new ApiError('LimitExceeded', 409, 'The number of tags has reached the maximum limit.')
    }
  }
}

export const tagList = (tags: ReadonlyMap<string, string>): Content =>
  tags.size === 0
    ? undefined
    : element('Tags', ...[...tags].map(([key, value]) => element('member', leaf('Key', key), leaf('Value', value))))

/** One page of a list, with what leads to the next. A member is elements, or text alone. `size`: the largest page of the server, whatever is asked for. */
export function page<T>(
  all: readonly T[],
  parameters: Parameters,
  size: number,
  name: string,
  render: (item: T) => Content | string,
): readonly Content[] {
  const asked = Number(parameters.optional('MaxItems') ?? '100')
  if (!Number.isInteger(asked) || asked < 1 || asked > 1000)
    throw validationError(
      "1 validation error detected: Value at 'maxItems' failed to satisfy constraint: Member must have value between 1 and 1000",
    )
  const start = Number(parameters.optional('Marker') ?? '0')
  if (!Number.isInteger(start) || start < 0) throw validationError('Invalid Marker')
  const end = start + Math.min(asked, size)
  const truncated = end < all.length
  return [
    leaf('IsTruncated', truncated),
    optional('Marker', truncated ? end : undefined),
    element(name, ...all.slice(start, end).map((item) => member(render(item)))),
  ]
}

const member = (content: Content | string) => (typeof content === 'string' ? leaf('member', content) : element('member', content))

export const timestamp = (at: number) => new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z')
