import { messageOf } from '@kubewright/core'
import { decodeProtobuf, ProtobufError } from '../protobuf/index.ts'
import { badRequest, unsupportedMediaType } from '../status/index.ts'
import type { ApiRequest } from './exchange.ts'
import { contentType } from './media-type.ts'

const ACCEPTED = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

export interface DecodedBody {
  readonly value: unknown
  /** The text, where duplicate keys can still be found in it. */
  readonly json?: string
}

/** @throws Refusal 400, 413, 415. `kind` is named in the text. */
export async function readBody(request: ApiRequest, kind: string): Promise<DecodedBody> {
  const bytes = await request.body()
  switch (contentType(request.headers['content-type'])) {
    case '':
    case 'application/json':
      return decodeJson(
        bytes.toString(),
        (problem, text) =>
          `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${problem} (${excerpt(text)})`,
      )
    case 'application/yaml':
      return { value: await decodeYaml(bytes.toString()) }
    case 'application/vnd.kubernetes.protobuf':
      return { value: decodeBinary(bytes) }
    default:
      throw unsupportedMediaType(ACCEPTED)
  }
}

/** @throws Refusal 400 with the text that `describe` makes of the problem */
export function decodeJson(json: string, describe: (problem: string, json: string) => string): DecodedBody {
  try {
    return { value: JSON.parse(json), json }
  } catch (error) {
    throw badRequest(describe(goSyntaxError(json, messageOf(error)), json))
  }
}

/** YAML is a rare guest: its parser is loaded when the first one comes. @throws Refusal 400 */
export async function decodeYaml(text: string): Promise<unknown> {
  const { parse } = await import('yaml')
  try {
    return parse(text, { uniqueKeys: false, maxAliasCount: 100 })
  } catch (error) {
    throw badRequest(`error converting YAML to JSON: ${messageOf(error)}`)
  }
}

function decodeBinary(bytes: Buffer): unknown {
  try {
    return decodeProtobuf(bytes)
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error
    throw error.unsupported ? unsupportedMediaType(ACCEPTED) : badRequest(error.message)
  }
}

/** Go's words for the two syntax errors that people look for. */
function goSyntaxError(json: string, message: string): string {
  if (json.trim() === '' || /end of (JSON input|data)|Unterminated/i.test(message)) return 'unexpected end of JSON input'
  const position = /position (\d+)/.exec(message)?.[1]
  if (position === undefined) return message
  const character = json[Number(position)] ?? ''
  const before = json.slice(0, Number(position)).trimEnd().at(-1)
  const wanted = before === '{' || before === ',' ? 'beginning of object key string' : 'beginning of value'
  return `invalid character ${JSON.stringify(character).replace(/^"|"$/g, "'")} looking for ${wanted}`
}

function excerpt(text: string): string {
  if (text === '') return '<empty>'
  return text.length <= 30 ? text : `${text.slice(0, 30)} ...`
}
