import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino'
import { spanFields } from '../tracing/span.ts'
import { Redaction } from './redaction.ts'
import { SecretValues } from './secret-values.ts'
import { textLine } from './text-format.ts'

/** How much is logged, from all to nothing. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'
/** What varies from one message to the next. */
export type LogFields = Readonly<Record<string, unknown>>

/**
 * Structured logging: a constant message, and what varies as fields. An error goes into the field `error`, and is written as its name,
 * message and code; request bodies and secrets never are. Inside of a span that is recorded, lines carry its `trace_id` and `span_id`.
 */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** A logger whose every line carries these fields too. */
  with(fields: LogFields): Logger
  /** What is written. May be changed at any time, and then holds for every logger made from the same one. */
  level: LogLevel
  /** Values that never come out: not in a line of any logger made from the same one, and not in an event. `log.secrets.add(token)`. */
  readonly secrets: SecretValues
}

/** How a logger writes, and where to. */
export interface LoggerOptions {
  /** @default 'info' */
  readonly level?: LogLevel
  /** `json` for machines, `text` for people. @default 'json' */
  readonly format?: 'json' | 'text'
  /** Where the lines go. @default standard error: standard output belongs to what a command prints */
  readonly destination?: { write(line: string): unknown }
  /** Shared with other loggers of the program. @default a set of its own */
  readonly secrets?: SecretValues
}

/** A logger that writes lines, in which no secret that it was told of is ever seen. */
export function createLogger(options: LoggerOptions = {}): Logger {
  const { level = 'info', format = 'json', destination = process.stderr, secrets = new SecretValues() } = options
  const stream: DestinationStream = {
    write: (line) => void destination.write(format === 'json' ? line : `${textLine(JSON.parse(line))}\n`),
  }
  const writer = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
    },
    stream,
  )
  return loggerOf({ writer, secrets, redaction: new Redaction(secrets) }, {})
}

/** A logger that says nothing. */
export const silentLogger: Logger = createLogger({ level: 'silent', destination: { write: () => undefined } })

interface Root {
  readonly writer: PinoLogger
  readonly secrets: SecretValues
  readonly redaction: Redaction
}

/** Fields are made fit when a line is written and not before: a secret may become known between the two. */
function loggerOf(root: Root, always: LogFields): Logger {
  const { writer, secrets, redaction } = root
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, fields?: LogFields) => {
    if (!writer.isLevelEnabled(level)) return
    writer[level](redaction.fields({ ...always, ...fields, ...spanFields() }), redaction.text(message))
  }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with: (fields) => loggerOf(root, { ...always, ...fields }),
    get level() {
      return writer.level as LogLevel
    },
    set level(level) {
      writer.level = level
    },
    secrets,
  }
}
