// The parts of kube-controller-manager without which an API alone behaves strangely. They work on the storage's log, not through the API.
import type { Controller, ControllerContext } from './context.ts'
import { DefinitionCleanup } from './definition-cleanup.ts'
import { GarbageCollector } from './garbage-collector.ts'
import { NamespaceController } from './namespace-controller.ts'
import { NamespaceDefaults } from './namespace-defaults.ts'
import { RoleAggregation } from './role-aggregation.ts'

/** Starts them all. Before the first object is written, or what was written before is not seen by the garbage collector. */
export function startControllers(context: ControllerContext & { readonly rootCa: string }): Controller {
  const controllers = [
    new GarbageCollector(context),
    new NamespaceController(context),
    new DefinitionCleanup(context),
    new NamespaceDefaults(context, context.rootCa),
    new RoleAggregation(context),
  ]
  return {
    stop: () => {
      for (const controller of controllers) controller.stop()
    },
  }
}
