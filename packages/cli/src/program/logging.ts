import { createLogger, type Logger } from '@kubewright/runtime'
import type { Terminal } from '../terminal.ts'

/** The program's log on standard error: text for a person at a terminal, JSON lines for everything else. */
export function programLogger(
  settings: { readonly logLevel: 'debug' | 'info' | 'warn' | 'error'; readonly logFormat?: 'json' | 'text' | undefined },
  terminal: Terminal,
): Logger {
  const format = settings.logFormat ?? (terminal.stderr.isTTY ? 'text' : 'json')
  return createLogger({ level: settings.logLevel, format, destination: terminal.stderr })
}
