import { createLogger, type Logger } from '@kubewright/runtime'

export interface LogLine {
  readonly level: string
  /** The whole line as it is written: message and fields. */
  readonly text: string
}

/** A log that a test can read. */
export function capturingLog(): { readonly log: Logger; readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = []
  const write = (text: string) => {
    const { level } = JSON.parse(text) as { readonly level: string }
    lines.push({ level, text })
  }
  return { log: createLogger({ level: 'debug', destination: { write } }), lines }
}
