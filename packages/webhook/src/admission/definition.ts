import { ConfigurationError, type DynamicObject, type Kind, type KubeObject, parseDuration } from '@kubewright/core'
import type { KindDefinition } from '@kubewright/schema'
import type { DefaultHook, ValidateConnectHook, ValidateDeleteHook, ValidateHook } from './context.ts'
import { type ResolvedRules, type RuleOptions, resolveRules } from './rule-options.ts'

type OneOrMore<H> = H | readonly H[]

/** Hooks on one kind. Several of a sort run in their order, each default hook on what the ones before have made. */
export interface WebhookOptions<T extends KubeObject> extends RuleOptions {
  /** In names of webhooks, paths and metrics. @default the kind in lower case */
  readonly name?: string
  /**
   * Fills in what was left out, at creation and at each update. Must do nothing the second time: the API server may call it again. An object that is
   * being deleted gets nothing new as long as only its metadata changes.
   */
  readonly default?: OneOrMore<DefaultHook<T>>
  /** Checks creations and updates. An object that is being deleted is not checked again, or its finalizers could not be removed any more. */
  readonly validate?: OneOrMore<ValidateHook<T>>
  /** Decides whether an object may be deleted. */
  readonly validateDelete?: OneOrMore<ValidateDeleteHook<T>>
  /** By name (`status`, `scale`, `exec`); requests to a subresource do not reach the hooks above. */
  readonly subresources?: Readonly<Record<string, SubresourceHooks>>
  /** Narrows `default` and `validate`. @default both */
  readonly operations?: readonly ('CREATE' | 'UPDATE')[]
  /**
   * Whether the kind's own schema is checked too. What was wrong before an update and was not touched by it does not count.
   * @default when it has what the CRD cannot say (`webhookOnly` of defineKind)
   */
  readonly schema?: boolean
  /** How long the API server waits, in whole seconds from 1 to 10: "5s", or milliseconds. @default "10s": more would hold up every client of the kind */
  readonly timeout?: string | number
}

/** Hooks on a subresource; its objects are of another kind than its parent's, or of which only a part counts. */
export interface SubresourceHooks {
  readonly default?: OneOrMore<DefaultHook<DynamicObject>>
  readonly validate?: OneOrMore<ValidateHook<DynamicObject>>
  /** For `exec`, `attach`, `portforward`, `proxy`. */
  readonly validateConnect?: OneOrMore<ValidateConnectHook>
}

/** The hooks for a resource or one of its subresources. */
export interface HookSet {
  readonly default: readonly DefaultHook<DynamicObject>[]
  readonly validate: readonly ValidateHook<DynamicObject>[]
  readonly validateDelete: readonly ValidateDeleteHook<DynamicObject>[]
  readonly validateConnect: readonly ValidateConnectHook[]
}

/** Hooks on a kind, ready to be served. What they are about can be read from it, for configurations and permissions. */
export interface WebhookDefinition {
  readonly kind: Kind<KubeObject> & { readonly plural: string }
  readonly name: string
  /** By subresource; the resource itself is ''. */
  readonly hooks: ReadonlyMap<string, HookSet>
  readonly operations: readonly ('CREATE' | 'UPDATE')[]
  /** Throws InvalidObjectError. `undefined`: the kind has no schema. */
  readonly parse: ((object: unknown) => unknown) | undefined
  /** Whether `parse` is a part of the validation. */
  readonly checksSchema: boolean
  readonly timeoutSeconds: number
  readonly rules: ResolvedRules
}

/** A kind that can check its objects: what `defineKind` makes. */
type Parsing = Pick<KindDefinition, 'parse' | 'localChecks'>

/**
 * Hooks on a kind, beside its controller:
 *
 * ```ts
 * export const websiteHooks = webhooks(Website, {
 *   default({ object }) {
 *     object.spec.replicas ??= 1
 *   },
 *   validate({ object, old, errors, warn }) {
 *     if (old && old.spec.host !== object.spec.host) errors.forbidden('spec.host', 'cannot be changed')
 *     if (object.spec.image.endsWith(':latest')) warn('spec.image: ":latest" may be another image tomorrow')
 *   },
 * })
 * ```
 * @throws ConfigurationError when options contradict each other or make no sense
 */
export function webhooks<T extends KubeObject>(kind: Kind<T>, options: WebhookOptions<T>): WebhookDefinition {
  const { name = kind.kind.toLowerCase(), operations = ['CREATE', 'UPDATE'], subresources = {} } = options
  const refuse = (problem: string): never => {
    throw new ConfigurationError(`webhooks ${name}: ${problem}`)
  }
  if (!/^[a-z0-9]([a-z0-9-]{0,60}[a-z0-9])?$/.test(name)) refuse('its name must be a DNS label: it is a part of names and paths')
  const { plural } = kind
  if (plural === undefined) return refuse(`the kind ${kind.kind} has no "plural": add it, because the API server's rules name resources`)
  if (operations.length === 0) refuse('"operations" is empty: leave it out for CREATE and UPDATE')
  const parsing = 'parse' in kind && 'localChecks' in kind ? (kind as unknown as Parsing) : undefined
  if (options.schema === true && parsing === undefined)
    refuse('"schema" is true, and the kind has none: make it with defineKind, or leave the option out')
  const checksSchema = options.schema ?? (parsing !== undefined && parsing.localChecks.length > 0)
  const own: HookSet = {
    // What the hooks are given is of their kind: the API server's rules and the check of each request see to that.
    default: listOf(options.default) as unknown as HookSet['default'],
    validate: listOf(options.validate) as unknown as HookSet['validate'],
    validateDelete: listOf(options.validateDelete) as unknown as HookSet['validateDelete'],
    validateConnect: [],
  }
  const hooks = new Map<string, HookSet>()
  if (checksSchema || own.default.length + own.validate.length + own.validateDelete.length > 0) hooks.set('', own)
  for (const [subresource, given] of Object.entries(subresources)) hooks.set(subresource, subresourceHooks(subresource, given, refuse))
  if (hooks.size === 0) refuse('there is no hook: add "default", "validate", "validateDelete" or "subresources"')
  return {
    kind: kind as WebhookDefinition['kind'],
    name,
    hooks,
    operations,
    parse: parsing && ((object) => parsing.parse(object)),
    checksSchema,
    timeoutSeconds: timeoutOf(options.timeout ?? '10s', refuse),
    rules: resolveRules(options, refuse),
  }
}

function subresourceHooks(name: string, given: SubresourceHooks, refuse: (problem: string) => never): HookSet {
  const set: HookSet = {
    default: listOf(given.default),
    validate: listOf(given.validate),
    validateDelete: [],
    validateConnect: listOf(given.validateConnect),
  }
  if (!/^[a-z]+$/.test(name)) refuse(`the subresource "${name}" must be a name such as "status"`)
  if (set.default.length + set.validate.length + set.validateConnect.length === 0)
    refuse(`the subresource "${name}" has no hook: add one, or remove it`)
  return set
}

/** A value of 10 is as much as reference guides advise; a hook that takes longer belongs into a controller. */
const LONGEST_TIMEOUT = 10

function timeoutOf(timeout: string | number, refuse: (problem: string) => never): number {
  const seconds = (typeof timeout === 'number' ? timeout : parseDuration(timeout)) / 1000
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST_TIMEOUT)
    refuse(`"timeout" is ${seconds} s: it must be whole seconds from 1 to ${LONGEST_TIMEOUT}`)
  return seconds
}

function listOf<H>(hooks: OneOrMore<H> | undefined): readonly H[] {
  if (hooks === undefined) return []
  return Array.isArray(hooks) ? (hooks as readonly H[]) : [hooks as H]
}
