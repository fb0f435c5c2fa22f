import type { Command } from 'commander'
import { APISERVER_FLAGS } from './apiserver-flags.ts'
import { addForeignFlags } from './foreign-flags.ts'

/** Some two hundred, with kube-apiserver's own: made for this command alone. */
export function addApiserverOptions(command: Command): void {
  for (const { flag, description } of APISERVER_FLAGS) command.option(flag, description)
  addForeignFlags(command)
}
