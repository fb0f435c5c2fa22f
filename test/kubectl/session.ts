import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '@kubewright/testing'
import { wordsOf } from './command-line.ts'
import { plain } from './plain-text.ts'
import { type Ended, type Running, start } from './program.ts'
import type { Script, Step } from './script.ts'

/** One server, and the clients that talk to it. */
export interface Side {
  readonly kubeconfig: string
  /** By the name that stands in a command: `kubectl`, `helm`. */
  readonly executables: Readonly<Record<string, string>>
  /** Of this side alone. */
  readonly folder: string
}

/** Plays the script, and writes down what a person would have seen: command by command, what was printed and the exit code. */
export async function play(script: Script, side: Side): Promise<readonly string[]> {
  const session = new Session(script.name, side)
  const seen: string[] = []
  for (const step of script.steps) seen.push(...(await session.take(step)))
  return seen
}

class Session {
  readonly #folder: string
  readonly #env: NodeJS.ProcessEnv
  readonly #executables: Side['executables']

  constructor(namespace: string, { kubeconfig, executables, folder }: Side) {
    this.#folder = join(folder, namespace)
    mkdirSync(this.#folder, { recursive: true })
    this.#executables = executables
    this.#env = {
      PATH: process.env['PATH'],
      // Caches of discovery, and Helm's own settings: nothing of the machine's.
      HOME: this.#folder,
      KUBECONFIG: kubeconfig,
      HELM_NAMESPACE: namespace,
      TZ: 'UTC',
    }
  }

  async take(step: Step): Promise<readonly string[]> {
    if (typeof step === 'string') return [await this.#shown(step)]
    if ('file' in step) return this.#write(step.file, step.holds)
    if ('watch' in step) return this.#watch(step)
    if ('until' in step) return [await this.#repeated(step.run, step.until)]
    const shown = await this.#shown(step.run, step)
    return [step.hide === undefined ? shown : shown.replace(step.hide, '')]
  }

  #write(name: string, content: string | object | readonly object[]): readonly string[] {
    const path = join(this.#folder, name)
    mkdirSync(join(path, '..'), { recursive: true })
    const documents = Array.isArray(content) ? content : [content]
    const text = typeof content === 'string' ? content : documents.map((each) => JSON.stringify(each, null, 2)).join('\n')
    writeFileSync(path, this.#named(text))
    return []
  }

  /** What the whole cluster has in common is called after the namespace. */
  #named(text: string): string {
    return text.replaceAll('$NAMESPACE', this.#env['HELM_NAMESPACE']!)
  }

  async #watch({ watch, shows, during, ends }: Extract<Step, { readonly watch: string }>): Promise<readonly string[]> {
    const running = this.#start(watch)
    const has = (text: string) => () => {
      if (!running.said.out.includes(text)) throw new Error(`${watch}: no ${text} in ${running.said.out}${running.said.err}`)
    }
    try {
      await eventually(has(shows), { timeout: 30_000 })
      const said = []
      for (const line of during) said.push(await this.#shown(line))
      await eventually(has(ends), { timeout: 30_000 })
      return [...said, transcriptOf(watch, { ...running.said, code: null })]
    } finally {
      running.end()
      await running.ended
    }
  }

  #repeated(line: string, text: string): Promise<string> {
    return eventually(
      async () => {
        const shown = await this.#shown(line)
        if (!shown.includes(text)) throw new Error(`there is no ${JSON.stringify(text)} in what this printed:\n${shown}`)
        return shown
      },
      { timeout: 30_000, interval: 200 },
    )
  }

  async #shown(line: string, options: { readonly input?: string; readonly editor?: string } = {}): Promise<string> {
    return transcriptOf(line, await this.#start(line, options).ended)
  }

  #start(line: string, { input, editor }: { readonly input?: string; readonly editor?: string } = {}): Running {
    const [name = '', ...args] = wordsOf(this.#named(line))
    const executable = this.#executables[name]
    if (executable === undefined) throw new Error(`${line}: there is no ${name} among ${Object.keys(this.#executables).join(', ')}`)
    const env = { ...this.#env, ...(editor !== undefined && { EDITOR: editor }) }
    const at = name === 'kubectl' && !args.some((arg) => arg === '-A' || arg === '-n') ? ['--namespace', this.#env['HELM_NAMESPACE']!] : []
    return start(executable, [...at, ...args], { folder: this.#folder, env }, input)
  }
}

function transcriptOf(line: string, { code, out, err }: Ended): string {
  return [`$ ${line}`, plain(out), plain(err), code === 0 || code === null ? '' : `[exit ${code}]`].filter((part) => part !== '').join('\n')
}
