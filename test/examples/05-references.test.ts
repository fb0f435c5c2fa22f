import { eventually } from '@kubewright/testing'
import { expect, test } from 'vitest'
import { Report } from '../../examples/05-references/report.ts'
import { configMap } from '../integration/harness.ts'
import { testReadme, useExample } from './example.ts'

const example = useExample('05-references', [Report])

testReadme('05-references', example)

test('a template that comes, changes, goes, and is exchanged for another', async () => {
  const program = await example.start('report.ts')
  const namespace = await example.namespace()
  const at = { namespace, name: 'ann' }
  const reports = await example.client.resource(Report)
  const maps = await example.configMaps()
  await reports.create(Report.of({ metadata: at, spec: { template: 'greeting', values: { name: 'Ann' } } }))
  const status = async () => (await reports.get(at)).status
  const put = (name: string, template: string) => maps.create(configMap(namespace, name, { data: { template } }))

  await eventually(async () => expect((await status())?.conditions?.[0]).toMatchObject({ status: 'False', reason: 'TemplateMissing' }))
  await put('greeting', 'Hello {name}, {unknown}')
  await eventually(async () => expect((await status())?.text).toBe('Hello Ann, {unknown}'))
  await maps.patch({ namespace, name: 'greeting' }, { type: 'merge', body: { data: { template: 'Bye {name}' } } })
  await eventually(async () => expect((await status())?.text).toBe('Bye Ann'))

  await put('other', 'Dear {name}')
  await reports.patch(at, { type: 'merge', body: { spec: { template: 'other' } } })
  await eventually(async () => expect((await status())?.text).toBe('Dear Ann'))
  await maps.delete({ namespace, name: 'other' })
  await eventually(async () => expect((await status())?.conditions?.[0]).toMatchObject({ status: 'False', reason: 'TemplateMissing' }))
  await program.stop()
})

test('a ConfigMap of that name in another namespace is another one', async () => {
  const program = await example.start('report.ts')
  const [here, there] = [await example.namespace(), await example.namespace()]
  const at = { namespace: here, name: 'ann' }
  const reports = await example.client.resource(Report)
  const maps = await example.configMaps()
  await maps.create(configMap(there, 'greeting', { data: { template: 'from elsewhere' } }))
  await reports.create(Report.of({ metadata: at, spec: { template: 'greeting' } }))
  await eventually(async () => expect((await reports.get(at)).status?.conditions?.[0]?.reason).toBe('TemplateMissing'))
  await program.stop()
})
