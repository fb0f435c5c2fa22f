import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageOf } from '@kubewright/core'
import type { DeclaredController, KindDefinition, PolicyRule } from '@kubewright/schema'
import type { ConversionDefinition, WebhookDefinition } from '@kubewright/webhook'
import type { OperatorDefinition } from '../operator.ts'
import { UsageError } from '../usage-error.ts'
import { type DeclaredProgram, declared } from './declared.ts'
import { programName } from './program-name.ts'

/** What a user's module defines, whether it exports it or hands it to `run`. */
export interface ModuleDefinitions {
  readonly kinds: readonly KindDefinition[]
  readonly controllers: readonly DeclaredController[]
  /** Kinds of others that its controllers, and those of its operators, reconcile. */
  readonly reconciles: NonNullable<OperatorDefinition['reconciles']>
  /** Rules of whole operators, which declare them themselves. */
  readonly permissions: readonly PolicyRule[]
  readonly webhooks: readonly WebhookDefinition[]
  readonly conversions: readonly ConversionDefinition[]
  /** Of the program that `run` would make of it, as in `kubewright-NAME`. */
  readonly name: string
}

/** Loads a module without running its program. @throws UsageError when it cannot be loaded, or defines nothing. */
export async function definitionsIn(path: string): Promise<ModuleDefinitions> {
  // The words of Node name a file of this program, as the one that wants it.
  if (!existsSync(path)) throw new UsageError(`cannot load ${path}: there is no such file`)
  const told: unknown[] = []
  const listen = (message: unknown) => void told.push(...(message as DeclaredProgram).definitions)
  declared.subscribe(listen)
  try {
    const exported: unknown[] = Object.values((await import(pathToFileURL(resolve(path)).href)) as Readonly<Record<string, unknown>>)
    return sorted([...new Set([...exported, ...told])], path)
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`cannot load ${path}: ${messageOf(error)}`, { cause: error })
  } finally {
    declared.unsubscribe(listen)
  }
}

type Operator = Pick<OperatorDefinition, 'name' | 'kinds' | 'permissions' | 'reconciles' | 'webhooks' | 'conversions'>

function sorted(values: readonly unknown[], path: string): ModuleDefinitions {
  const operators = values.filter(isOperator)
  const controllers = values.filter(isController)
  const kinds = [...values, ...operators.flatMap((operator) => operator.kinds), ...controllers.map(({ kind }) => kind)].filter(isKind)
  const webhooks = [...values.filter(isWebhook), ...operators.flatMap((operator) => operator.webhooks ?? [])]
  const conversions = [...values.filter(isConversion), ...operators.flatMap((operator) => operator.conversions ?? [])]
  if (kinds.length + controllers.length + webhooks.length === 0)
    throw new UsageError(`${path} defines no kind and no controller: export what defineKind() and controller() return, or hand it to run()`)
  return {
    kinds: [...new Set(kinds)],
    controllers,
    reconciles: [...operators.flatMap(({ reconciles = [] }) => reconciles), ...kindsOfOthers(controllers)],
    permissions: operators.flatMap(({ permissions }) => permissions),
    webhooks: [...new Set(webhooks)],
    conversions: [...new Set(conversions)],
    name: programName({ operators, controllers, webhooks }),
  }
}

function kindsOfOthers(controllers: readonly DeclaredController[]): ModuleDefinitions['reconciles'] {
  return controllers.flatMap(({ kind: reconciled }) => {
    const { group, version, kind, plural } = reconciled
    return isKind(reconciled) || plural === undefined ? [] : [{ group, version, kind, plural }]
  })
}

const has = (value: unknown, ...keys: readonly string[]): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && keys.every((key) => key in value)

const isKind = (value: unknown): value is KindDefinition => has(value, 'crd', 'parse', 'plural') && typeof value['crd'] === 'function'
const isController = (value: unknown): value is DeclaredController => has(value, 'kind', 'owns', 'watches', 'run')
const isWebhook = (value: unknown): value is WebhookDefinition => has(value, 'kind', 'hooks', 'rules')
const isConversion = (value: unknown): value is ConversionDefinition => has(value, 'plural', 'converters') && !isKind(value)
const isOperator = (value: unknown): value is Operator => has(value, 'kinds', 'permissions', 'setup')
