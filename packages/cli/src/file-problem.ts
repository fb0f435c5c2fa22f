import { messageOf } from '@kubewright/core'

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'you may not read it',
}

/** Why a file cannot be read, in words where the system has an abbreviation. */
export function fileProblem(error: unknown): string {
  return PROBLEMS[(error as NodeJS.ErrnoException).code ?? ''] ?? messageOf(error)
}
