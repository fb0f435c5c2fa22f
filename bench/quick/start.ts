import { join } from 'node:path'
import { bundled } from '../contest/bundle.ts'
import { type Cost, costOf } from '../process/idle-process.ts'
import { show, summarise } from '../statistics.ts'
import type { Bench, Row } from './part.ts'

const ROUNDS = 3

/** An operator that has nothing to do. */
export async function start({ cluster, folder }: Bench): Promise<readonly Row[]> {
  const bundle = bundled(folder, join(import.meta.dirname, '..', 'process', 'empty-operator.ts'))
  await bundle.prepare()
  const costs: Cost[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    const cost = await costOf({ flags: [], environment: {}, args: [bundle.file, '--kubeconfig', cluster.kubeconfigPath] })
    if (round > 0) costs.push(cost)
  }
  const of = (value: (cost: Cost) => number, unit: string) => show(summarise(costs.map(value)), unit)
  return [
    [
      'start',
      'an empty operator, start of the process to ready',
      `${of(({ readyMs }) => readyMs, 'ms')}, CPU ${of(({ cpuMs }) => cpuMs, 'ms')}`,
      `${of(({ residentMb }) => residentMb, 'MB')} resident`,
    ],
  ]
}
