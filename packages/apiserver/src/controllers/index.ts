// The parts of kube-controller-manager without which an API alone behaves strangely. They work on the storage's log, not through the API.
import type { Authority } from '@kubewright/core/certificates'
import { ACTUATOR_NAMES, startWorkloads } from '../workloads/index.ts'
import { CertificateSigner } from './certificate-signer.ts'
import type { Controller, ControllerContext } from './context.ts'
import { DefinitionCleanup } from './definition-cleanup.ts'
import { GarbageCollector } from './garbage-collector.ts'
import { NamespaceController } from './namespace-controller.ts'
import { NamespaceDefaults } from './namespace-defaults.ts'
import { PolicyTypeCheck } from './policy-type-check.ts'
import { QuotaController } from './quota-controller.ts'
import { RoleAggregation } from './role-aggregation.ts'
import { BASIC_CONTROLLERS, FURTHER_CONTROLLERS } from './selection.ts'

type Name = (typeof BASIC_CONTROLLERS)[number] | (typeof FURTHER_CONTROLLERS)[number]

const CONTROLLERS: Readonly<Record<Name, (context: StartContext) => Controller>> = {
  'garbage-collector': (context) => new GarbageCollector(context),
  namespace: (context) => new NamespaceController(context),
  'definition-cleanup': (context) => new DefinitionCleanup(context),
  'namespace-defaults': (context) => new NamespaceDefaults(context, context.rootCa),
  'role-aggregation': (context) => new RoleAggregation(context),
  resourcequota: (context) => new QuotaController(context),
  'policy-type-check': (context) => new PolicyTypeCheck(context),
  'certificate-signer': (context) => new CertificateSigner(context, context.authority),
}

export interface StartContext extends ControllerContext {
  readonly rootCa: string
  /** Of client certificates. */
  readonly authority: Authority
}

/** Starts those of these names. Before the first object is written, or what was written before is not seen by the garbage collector. */
export function startControllers(context: StartContext, names: ReadonlySet<string>): Controller {
  const controllers = [
    ...[...BASIC_CONTROLLERS, ...FURTHER_CONTROLLERS].filter((name) => names.has(name)).map((name) => CONTROLLERS[name](context)),
    ...(ACTUATOR_NAMES.some((name) => names.has(name)) ? [startWorkloads(context, names)] : []),
  ]
  return {
    stop: () => {
      for (const controller of controllers) controller.stop()
    },
  }
}
