import type { Manager } from '@kubewright/runtime'
import type { WebhookServer } from '@kubewright/webhook'
import { type RunSettings, settingsOf } from '../settings/program.ts'
import type { Parts } from './run-in-cluster.ts'
import { webhookServerOf } from './webhooks.ts'

/** Adds everything that a program consists of. @returns what serves its webhooks; `undefined` when it has none, or they are switched off @throws ConfigurationError */
export function addParts(
  manager: Manager,
  parts: Parts,
  settings: RunSettings,
  namespace = manager.client.namespace,
): WebhookServer | undefined {
  for (const operator of parts.operators) operator.setup(manager, settingsOf(operator, settings))
  for (const definition of parts.controllers) manager.add(definition)
  const server = webhookServerOf(parts, settings, namespace)
  if (server !== undefined) manager.add(server)
  return server
}
