import type { Kind, KubeObject } from '@kubewright/core'
import { type ControllerDefinition, Registry } from '@kubewright/runtime'
import { DefinitionError, type KindDefinition, permissionsOf } from '@kubewright/schema'
import type { z } from 'zod'
import type { OperatorDefinition } from '../operator.ts'
import type { SettingAlias } from '../settings/aliases.ts'
import type { OperatorOptions } from './options.ts'

/** What an operator's options say, and what follows from them; that is worked out when it is asked for, as most programs never print manifests. */
export function derivedOperator<Config extends z.ZodObject>(options: OperatorOptions<Config>): OperatorDefinition<Config> {
  const {
    name,
    description,
    config,
    examples,
    importers,
    examine,
    reasons,
    view,
    aliases,
    webhooks = [],
    conversions = [],
    permissions = [],
    homePermissions = [],
    ownerReferencesEnforced = false,
  } = options
  if (options.controllers === undefined && options.setup === undefined)
    throw new DefinitionError(`operator ${name}`, 'it does nothing: give it "controllers", or "setup"')
  const sample = once(() => sampleOf(options))
  const declared = once(() => options.controllers?.(sample(), { metrics: new Registry() }) ?? [])
  const hooks = (settings: () => z.output<Config>) => (typeof webhooks === 'function' ? webhooks(settings()) : webhooks)
  return {
    name,
    description,
    config,
    conversions,
    homePermissions,
    ...(examples !== undefined && { examples }),
    ...(importers !== undefined && { importers }),
    ...(examine !== undefined && { examine }),
    ...(reasons !== undefined && { reasons }),
    ...(view !== undefined && { view }),
    ...(aliases !== undefined && { aliases: aliases as Readonly<Record<string, SettingAlias>> }),
    get kinds() {
      const used: readonly unknown[] = [...declared(), ...hooks(sample)].map(({ kind }) => kind)
      return options.kinds ?? [...new Set(used.filter(isDefined))]
    },
    get permissions() {
      // Its Lease and its events are said by whoever knows where it runs.
      return permissionsOf(declared(), { leaderElection: false, events: false, ownerReferencesEnforced, also: permissions })
    },
    get reconciles() {
      return options.reconciles ?? others(declared(), this.kinds)
    },
    get sharded() {
      return options.sharded ?? (options.controllers === undefined || declared().some(({ sharded }) => sharded))
    },
    get webhooks() {
      return hooks(sample)
    },
    webhooksWith: (settings) => hooks(() => settings),
    setup(manager, settings) {
      const made = options.controllers?.(settings, { metrics: manager.metrics }) ?? []
      for (const controller of made) manager.add(controller as ControllerDefinition)
      options.setup?.(manager, settings)
    },
  }
}

function once<R>(make: () => R): () => R {
  let made: { readonly value: R } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

function sampleOf<Config extends z.ZodObject>({ name, config, sample }: OperatorOptions<Config>): z.output<Config> {
  const { success, data, error } = config.safeParse(sample ?? {})
  if (success) return data
  const wanted = error.issues.map(({ path, message }) => `"${path.join('.')}" (${message})`).join(', ')
  throw new DefinitionError(`operator ${name}`, `its manifests need settings that have no default: say ${wanted} in its "sample"`)
}

const isDefined = (kind: unknown): kind is KindDefinition => typeof (kind as Partial<KindDefinition>).crd === 'function'

/** Kinds that are reconciled and not brought along. One whose resource is not known has no rights, which `permissions` refuses. */
function others(controllers: readonly { readonly kind: Kind<KubeObject & never> | Kind<KubeObject> }[], own: readonly KindDefinition[]) {
  return controllers.flatMap(({ kind: { group, version, kind, plural } }) => {
    const isOwn = own.some((each) => each.group === group && each.plural === plural)
    return isOwn || plural === undefined ? [] : [{ group, version, kind, plural }]
  })
}
