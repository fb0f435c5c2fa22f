import { spawn } from 'node:child_process'
import { basename, dirname, relative, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import * as client from '@kubewright/client'
import { ConfigurationError } from '@kubewright/core'
import { packageFile } from '../package-file.ts'
import { namesFor } from '../scaffold/names.ts'
import { archivesIn, originOf } from '../scaffold/package-origin.ts'
import { refuseOccupied, writeProject } from '../scaffold/project-files.ts'
import type { Terminal } from '../terminal.ts'
import { VERSION } from '../version.ts'

export interface InitFlags {
  readonly name?: string
  readonly kind?: string
  readonly group?: string
  readonly packages?: string
  readonly install: boolean
}

/** Names that the template itself uses. */
const USED: ReadonlySet<string> = new Set(['Object', 'Promise', ...Object.keys(client)])

/** Makes a new operator: its kind, controller, webhook, test, image, chart and CI file; with everything installed. */
export async function init(target: string, { name, kind, group, packages, install }: InitFlags, terminal: Terminal): Promise<void> {
  const folder = resolve(target)
  const names = namesFor(
    {
      folder: basename(folder),
      ...(name !== undefined && { name }),
      ...(kind !== undefined && { kind }),
      ...(group !== undefined && { group }),
    },
    (each) => USED.has(each),
  )
  refuseOccupied(folder)
  const template = packageFile('templates', 'operator')
  const origin = packages === undefined ? originOf(dirname(dirname(template)), VERSION) : archivesIn(resolve(packages))
  const files = writeProject(template, folder, names, origin)
  terminal.stdout.write(`${files.length} files in ${folder}: the operator of ${names.kind} (${names.group}/v1)\n`)
  if (install) {
    terminal.stderr.write('npm install\n')
    await npm(['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], folder, terminal)
    await npm(['run', '--silent', 'generate'], folder, terminal)
  }
  const steps = [`cd ${relative(process.cwd(), folder) || '.'}`, ...(install ? [] : ['npm install', 'npm run generate']), 'npm test']
  terminal.stdout.write(`next: ${steps.join(' && ')}\n`)
}

/** @throws ConfigurationError with npm's own last words */
async function npm(args: readonly string[], folder: string, { environment, signal }: Terminal): Promise<void> {
  // The npm that runs this program, when it does, and not an older one of the machine's.
  const path = environment['npm_execpath']
  const isScript = path?.endsWith('npm-cli.js') === true
  const child = spawn(isScript ? process.execPath : 'npm', isScript ? [path, ...args] : args, {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  })
  const ended = new Promise<string>((done) => {
    child.once('error', (error) => done(error.message))
    child.once('close', (code) => done(code === 0 ? '' : `exit code ${code}`))
  })
  const [said, complaints, problem] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  signal.throwIfAborted()
  if (problem === '') return
  const words = `${said}${complaints}`.trim().split('\n').slice(-8).join('\n')
  throw new ConfigurationError(
    `npm ${args[0]} failed in ${folder} (${problem}); the files are there, so mend it and run it again there\n${words}`,
  )
}
