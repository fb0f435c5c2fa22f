import { chmod, mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { KUBERNETES_VERSION } from '@kubewright/apiserver'
import { ConfigurationError, messageOf } from '@kubewright/core'
import type { OutputFormat, Terminal } from '../../terminal.ts'
import { executables } from './executables.ts'
import { KUBE_APISERVER_SWITCHES, KUBE_APISERVER_VALUES } from './kube-apiserver-flags.ts'

export interface EnvtestFlags {
  readonly controllers?: string
  readonly output?: OutputFormat
}

/** Fills a folder for KUBEBUILDER_ASSETS. @throws ConfigurationError when it cannot be written */
export async function envtest(folder: string, flags: EnvtestFlags, terminal: Terminal): Promise<void> {
  const target = resolve(folder)
  const texts = executables({
    node: process.execPath,
    program: programPath(),
    version: KUBERNETES_VERSION,
    controllers: flags.controllers ?? '',
    flags: [...KUBE_APISERVER_VALUES, ...KUBE_APISERVER_SWITCHES].sort(),
  })
  try {
    await mkdir(target, { recursive: true })
    for (const [name, text] of Object.entries(texts)) await writeExecutable(join(target, name), text)
  } catch (error) {
    throw new ConfigurationError(`cannot write to ${target}: ${messageOf(error)}; name a folder that can be written`, { cause: error })
  }
  if (flags.output === 'json') terminal.stdout.write(`${JSON.stringify({ assets: target })}\n`)
  else terminal.stdout.write(`KUBEBUILDER_ASSETS=${target}\n`)
}

/** Whole or not at all: a suite may start while another one's set-up writes. */
async function writeExecutable(path: string, text: string): Promise<void> {
  const part = `${path}.${process.pid}.part`
  await writeFile(part, text)
  await chmod(part, 0o755)
  await rename(part, path)
}

/** What Node was started with; a link in a `.bin` folder stays one, so that the scripts outlive an update. */
const programPath = (): string => resolve(process.argv[1] ?? join(dirname(fileURLToPath(import.meta.url)), 'main.js'))
