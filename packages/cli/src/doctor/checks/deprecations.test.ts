import { expect, test } from 'vitest'
import { subject } from '../fake/subject.ts'
import { deprecationFindings, requestedApis } from './deprecations.ts'

const METRICS = `# TYPE apiserver_requested_deprecated_apis gauge
apiserver_requested_deprecated_apis{group="example.dev",removed_release="",resource="shops",subresource="",version="v1beta1"} 1
apiserver_requested_deprecated_apis{group="flowcontrol.apiserver.k8s.io",removed_release="1.32",resource="flowschemas",subresource="",version="v1beta3"} 1
apiserver_requested_deprecated_apis{group="",removed_release="",resource="componentstatuses",subresource="",version="v1"} 0
apiserver_request_total{code="200"} 7
`
const shop = subject({ uses: [{ group: 'example.dev', version: 'v1', kind: 'Shop' }] })

test('the API server’s metrics tell what was asked for', () => {
  expect(requestedApis(METRICS)).toEqual([
    { group: 'example.dev', version: 'v1beta1', resource: 'shops', removedIn: undefined },
    { group: 'flowcontrol.apiserver.k8s.io', version: 'v1beta3', resource: 'flowschemas', removedIn: '1.32' },
  ])
  expect(requestedApis('')).toEqual([])
})

test('only what the programs have to do with is told', () => {
  const objects = deprecationFindings([shop], [], requestedApis(METRICS)).map(({ object }) => object)
  expect(objects).toEqual(['shops.v1beta1.example.dev'])
})

test('what the server warns of while the programs’ kinds are read is told in its words', () => {
  expect(deprecationFindings([shop], ['example.dev/v1 Shop is deprecated'], [])).toMatchObject([
    { level: 'warning', problem: 'example.dev/v1 Shop is deprecated' },
  ])
})
