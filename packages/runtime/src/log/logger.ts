import { Writable } from 'node:stream'
import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino'
import { redacted, redactedText } from './redaction.ts'
import { textLine } from './text-format.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'
export type LogFields = Readonly<Record<string, unknown>>

/**
 * Structured logging: a constant message, and what varies as fields. An error goes into the field `error`, and is written as its name,
 * message and code; request bodies and secrets never are.
 */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** A logger whose every line carries these fields too. */
  with(fields: LogFields): Logger
}

export interface LoggerOptions {
  /** @default 'info' */
  readonly level?: LogLevel
  /** `json` for machines, `text` for people. @default 'json' */
  readonly format?: 'json' | 'text'
  /** Where the lines go. @default standard error: standard output belongs to what a command prints */
  readonly destination?: { write(line: string): unknown }
}

export function createLogger({ level = 'info', format = 'json', destination = process.stderr }: LoggerOptions = {}): Logger {
  const stream: DestinationStream = {
    write: (line) => void destination.write(format === 'json' ? line : `${textLine(JSON.parse(line))}\n`),
  }
  const options = {
    level,
    base: null,
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  return wrap(pino(options, stream))
}

/** A logger that says nothing. */
export const silentLogger: Logger = createLogger({ level: 'silent', destination: new Writable() })

function wrap(inner: PinoLogger): Logger {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, fields?: LogFields) => {
    if (inner.isLevelEnabled(level)) inner[level](redacted(fields ?? {}), redactedText(message))
  }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with: (fields) => wrap(inner.child(redacted(fields))),
  }
}
