// The parts of kube-controller-manager without which an API alone behaves strangely. They work on the storage's log, not through the API.
import { ACTUATOR_NAMES, startWorkloads } from '../workloads/index.ts'
import type { Controller, ControllerContext } from './context.ts'
import { DefinitionCleanup } from './definition-cleanup.ts'
import { GarbageCollector } from './garbage-collector.ts'
import { NamespaceController } from './namespace-controller.ts'
import { NamespaceDefaults } from './namespace-defaults.ts'
import { PolicyTypeCheck } from './policy-type-check.ts'
import { QuotaController } from './quota-controller.ts'
import { RoleAggregation } from './role-aggregation.ts'
import { BASIC_CONTROLLERS } from './selection.ts'

const CONTROLLERS: Readonly<Record<(typeof BASIC_CONTROLLERS)[number], (context: StartContext) => Controller>> = {
  'garbage-collector': (context) => new GarbageCollector(context),
  namespace: (context) => new NamespaceController(context),
  'definition-cleanup': (context) => new DefinitionCleanup(context),
  'namespace-defaults': (context) => new NamespaceDefaults(context, context.rootCa),
  'role-aggregation': (context) => new RoleAggregation(context),
  resourcequota: (context) => new QuotaController(context),
  'policy-type-check': (context) => new PolicyTypeCheck(context),
}

export interface StartContext extends ControllerContext {
  readonly rootCa: string
}

/** Starts those of these names. Before the first object is written, or what was written before is not seen by the garbage collector. */
export function startControllers(context: StartContext, names: ReadonlySet<string>): Controller {
  const controllers = [
    ...BASIC_CONTROLLERS.filter((name) => names.has(name)).map((name) => CONTROLLERS[name](context)),
    ...(ACTUATOR_NAMES.some((name) => names.has(name)) ? [startWorkloads(context, names)] : []),
  ]
  return {
    stop: () => {
      for (const controller of controllers) controller.stop()
    },
  }
}
