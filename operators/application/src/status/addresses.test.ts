import { expect, test } from 'vitest'
import { ingressOf } from '../desired/ingress.ts'
import { serviceOf } from '../desired/service.ts'
import { sample } from '../fake/application.ts'
import { addressesOf, urlsOf } from './addresses.ts'

test('URLs are those of the ingress, https where there is a certificate for the host', () => {
  const hosts = [{ host: 'a.example' }, { host: 'b.example', paths: [{ path: '/api' }] }]
  const ingress = ingressOf(sample({ ports: [{ port: 80 }], ingress: { hosts, tls: [{ secretName: 't', hosts: ['b.example'] }] } }))
  expect(urlsOf(ingress)).toEqual(['http://a.example/', 'https://b.example/api'])
  expect(urlsOf(undefined)).toEqual([])
})

test('addresses are those of the Service in the cluster, and of its load balancers', () => {
  const service = serviceOf(sample({ ports: [{ port: 80 }, { port: 53, protocol: 'UDP' }] }))!
  expect(addressesOf(service)).toEqual(['shop.demo.svc:80', 'shop.demo.svc:53/UDP'])
  const balanced = { ...service, status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }, { hostname: 'lb.example' }] } } }
  expect(addressesOf(balanced)).toEqual([
    'shop.demo.svc:80',
    'shop.demo.svc:53/UDP',
    '192.0.2.1:80',
    '192.0.2.1:53/UDP',
    'lb.example:80',
    'lb.example:53/UDP',
  ])
  expect(addressesOf(undefined)).toEqual([])
})
