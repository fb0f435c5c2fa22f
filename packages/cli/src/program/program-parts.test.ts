import { ConfigMap } from '@kubewright/client'
import { controller, Registry } from '@kubewright/runtime'
import { expect, test } from 'vitest'
import { partsOf } from './program-parts.ts'

const maps = controller(ConfigMap, { name: 'maps', reconcile: () => {} })

test('a registry among the parts is that of the program; without one the program makes its own', () => {
  const metrics = new Registry()
  expect(partsOf([maps, metrics] as never)).toMatchObject({ name: 'maps', controllers: [maps], metrics })
  expect(partsOf([maps, metrics] as never).metrics).toBe(metrics)
  expect(partsOf([maps] as never)).not.toHaveProperty('metrics')
})

test('of two registries nobody could say which is served', () => {
  expect(() => partsOf([maps, new Registry(), new Registry()] as never)).toThrow('run: there are several registries of metrics')
})
