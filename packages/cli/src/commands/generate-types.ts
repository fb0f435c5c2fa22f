import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { CustomResourceDefinition, connect } from '@kubewright/client'
import { isNotFound } from '@kubewright/core'
import { DefinitionError, type GivenCrd, kindSource } from '@kubewright/schema'
import { parseAllDocuments } from 'yaml'
import { fileProblem } from '../file-problem.ts'
import type { Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'

export interface TypesOptions {
  readonly cluster?: string
  readonly kubeconfig?: string
  readonly context?: string
}

/** Prints TypeScript that defines the kinds of existing CRDs. */
export async function generateTypes(file: string | undefined, options: TypesOptions, terminal: Terminal): Promise<void> {
  if ((file === undefined) === (options.cluster === undefined))
    throw new UsageError('give a FILE of CustomResourceDefinitions (- for standard input), or --cluster NAME, such as websites.example.dev')
  const crds = file === undefined ? [await fromCluster(options.cluster!, options, terminal)] : await fromFile(file)
  terminal.stdout.write(crds.map(sourceOf).join('\n'))
}

function sourceOf(crd: GivenCrd): string {
  try {
    return kindSource(crd)
  } catch (error) {
    if (error instanceof DefinitionError) throw new UsageError(error.message, { cause: error })
    throw error
  }
}

async function fromCluster(name: string, options: TypesOptions, { signal }: Terminal): Promise<GivenCrd> {
  const client = await connect({
    ...(options.kubeconfig !== undefined && { kubeconfig: options.kubeconfig }),
    ...(options.context !== undefined && { context: options.context }),
  })
  try {
    const definitions = await client.resource(CustomResourceDefinition, { signal })
    return (await definitions.get({ name }, { signal })) as unknown as GivenCrd
  } catch (error) {
    if (isNotFound(error))
      throw new UsageError(`the cluster has no CustomResourceDefinition "${name}": kubectl get crds lists them`, { cause: error })
    throw error
  } finally {
    await client.close()
  }
}

async function fromFile(path: string): Promise<readonly GivenCrd[]> {
  const content = path === '-' ? await text(process.stdin) : read(path)
  const documents = parseAllDocuments(content)
  const broken = documents.flatMap((document) => ('errors' in document ? document.errors : []))[0]
  if (broken !== undefined) throw new UsageError(`${path} is no YAML: ${broken.message.split('\n')[0]}`)
  const objects = documents
    .map((document) => ('toJSON' in document ? (document.toJSON() as unknown) : undefined))
    .filter((object) => object !== null)
  const crds = objects.flatMap((object) => (isCrd(object) ? [object] : []))
  if (crds.length === 0) throw new UsageError(`${path} has no CustomResourceDefinition of apiextensions.k8s.io/v1 in it`)
  return crds
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${fileProblem(error)}`, { cause: error })
  }
}

function isCrd(object: unknown): object is GivenCrd {
  const { apiVersion, kind } = object as { readonly apiVersion?: unknown; readonly kind?: unknown }
  return apiVersion === 'apiextensions.k8s.io/v1' && kind === 'CustomResourceDefinition'
}
