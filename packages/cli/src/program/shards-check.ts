import { ConfigurationError } from '@kubewright/core'
import type { RunSettings } from '../settings/program.ts'
import type { Parts } from './run-in-cluster.ts'

/**
 * Replicas that share objects work on nothing else than these: where there are none to share, all but one would be idle, and nobody would be told.
 * @throws ConfigurationError when `--shards` is given to a program of which nothing is sharded
 */
export function checkShards(
  { name, operators, controllers }: Pick<Parts, 'name' | 'operators' | 'controllers'>,
  { shards }: Pick<RunSettings, 'shards'>,
): void {
  const isAnySharded = operators.some(({ sharded = true }) => sharded) || controllers.some(({ sharded }) => sharded)
  if (shards && !isAnySharded)
    throw new ConfigurationError(`--shards: one replica does all the work of ${name}, and the others stand by: leave it out`, {
      code: 'KW-SETTINGS',
    })
}
