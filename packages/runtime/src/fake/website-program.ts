// What tests of controllers share: a program with one controller of Websites, in virtual time.
import type { KubeObject } from '@kubewright/core'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { afterEach } from 'vitest'
import { controller } from '../controller/definition.ts'
import type { ControllerOptions } from '../controller/options.ts'
import { type Deployment, type Program, type ProgramOptions, startProgram, Website } from './program.ts'

export interface WebsiteProgram extends Program {
  readonly controller: ReturnType<typeof controller<Website>>
  /** Names, as they were reconciled. */
  readonly seen: string[]
  metric(line: string): Promise<string | undefined>
}

/** Call once, at the top of a test file. */
export function useWebsites() {
  const programs: Program[] = []
  afterEach(async () => {
    for (const program of programs.splice(0)) await program.stop()
  })
  return async (options: Partial<ControllerOptions<Website>> = {}, where: Partial<ProgramOptions> = {}): Promise<WebsiteProgram> => {
    const seen: string[] = []
    const definition = controller<Website>(Website, {
      reconcile: ({ request }) => {
        seen.push(request.name)
      },
      ...options,
    })
    const program = await startProgram([definition], { clock: virtualClock(), ...where })
    programs.push(program)
    const metric = async (line: string) => (await program.manager.metrics.metrics()).split('\n').find((text) => text.startsWith(line))
    return { ...program, controller: definition, seen, metric }
  }
}

export const deploymentFor = (owner: KubeObject, image = 'nginx', name = owner.metadata.name ?? ''): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: { image },
})
