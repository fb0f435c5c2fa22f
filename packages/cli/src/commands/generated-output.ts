import { type Command, Option } from 'commander'
import { checkGenerated, type GeneratedFile, writeGenerated } from '../manifests/generated-file.ts'
import type { Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'

export interface OutputOptions {
  readonly out?: string
  readonly check?: boolean
}

/** Adds `--out` and `--check` to a command that prints what follows from definitions. */
export function addOutputOptions(command: Command, out: string): Command {
  return command.addOption(new Option('--out <PATH>', out)).option('--check', 'write nothing, and fail when what is there differs; for CI')
}

/** Prints one text, or writes it to `--out`, or compares with it. @throws UsageError, ConfigurationError */
export async function put(text: string, { out, check = false }: OutputOptions, terminal: Terminal): Promise<void> {
  if (out !== undefined) return putFiles([{ path: out, text }], check, terminal)
  refuseCheckAlone(check)
  terminal.stdout.write(text)
}

/** @throws UsageError when there is nothing to compare with */
export function refuseCheckAlone(check = false): void {
  if (check) throw new UsageError('--check: give --out too, which names what is compared')
}

export async function putFiles(files: readonly GeneratedFile[], check: boolean, terminal: Terminal): Promise<void> {
  if (check) return checkGenerated(files)
  const written = await writeGenerated(files)
  for (const { path } of files) terminal.stderr.write(`${path}: ${written.includes(path) ? 'written' : 'as it was'}\n`)
}
