import { messageOf } from '@kubewright/core'
import { decodeProtobuf, ProtobufError } from '../protobuf/index.ts'
import { badRequest, unsupportedMediaType } from '../status/index.ts'
import { duplicateFields } from './duplicate-fields.ts'
import type { ApiRequest } from './exchange.ts'
import { contentType } from './media-type.ts'
import { readYaml } from './yaml-document.ts'

const ACCEPTED = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

export interface DecodedBody {
  readonly value: unknown
  /** The text, where duplicate keys can still be found in it. */
  readonly json?: string
  /** Keys that stand twice in one map of a YAML text. */
  readonly duplicates?: readonly string[]
}

/** @throws Refusal 400, 413, 415. `kind` is named in the text. */
export async function readBody(request: ApiRequest, kind: string): Promise<DecodedBody> {
  const bytes = await request.body()
  const unrecognized = (problem: string, text: string) =>
    `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${problem} (${excerpt(text)})`
  switch (contentType(request.headers['content-type'])) {
    case '':
    case 'application/json':
      return decodeJson(bytes.toString(), unrecognized)
    case 'application/yaml':
      return decodeYaml(
        bytes.toString(),
        (problem, text) => `the object provided is unrecognized (must be of type ${kind}): ${problem} (${excerpt(text)})`,
      )
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

/** @throws Refusal 400 with the text that `describe` makes of the problem */
export async function decodeYaml(text: string, describe: (problem: string, yaml: string) => string): Promise<DecodedBody> {
  return jsonInYaml(text) ?? (await decodeRealYaml(text, describe))
}

/**
 * Client libraries and kubectl send JSON where YAML is asked for: it is both, and as JSON it is read twenty times as fast. Undefined where the two
 * might say different things: it is no JSON, or a key stands twice.
 */
function jsonInYaml(text: string): DecodedBody | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return duplicateFields(text).length === 0 ? { value } : undefined
  } catch {
    // As YAML it may be right, and if it is not, YAML's words are the ones to tell.
    return undefined
  }
}

async function decodeRealYaml(text: string, describe: (problem: string, yaml: string) => string): Promise<DecodedBody> {
  try {
    const document = await readYaml(text)
    return { value: document.value(), duplicates: document.duplicates }
  } catch (failure) {
    throw badRequest(describe(`yaml: ${messageOf(failure)}`, text))
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
  const position = /position (\d+)/.exec(message)?.[1] ?? json.length - json.trimStart().length
  const character = json[Number(position)]
  if (character === undefined) return 'unexpected end of JSON input'
  const before = json.slice(0, Number(position)).trimEnd().at(-1)
  if (/after JSON/.test(message)) return `invalid character '${character}' after top-level value`
  const wanted = before === '{' || before === ',' ? 'beginning of object key string' : 'beginning of value'
  return `invalid character ${JSON.stringify(character).replace(/^"|"$/g, "'")} looking for ${wanted}`
}

/** The beginning of a body: as it is where it may be JSON, as hexadecimal where it may be anything. */
export function excerpt(text: string): string {
  if (text === '') return '<empty>'
  const bytes = Buffer.from(text)
  const start = bytes.subarray(0, EXCERPT).toString(text.startsWith('{') ? 'utf8' : 'hex')
  return bytes.length <= EXCERPT ? start : `${start} ...`
}

const EXCERPT = 30
