import { expect, test } from 'vitest'
import { apiServerFlags, apiUrl, controllerManagerFlags, etcdFlags, etcdUrl, type RealSite } from './kube-flags.ts'

const site: RealSite = { folder: '/tmp/site', apiPort: 1001, etcdPort: 1002, etcdPeerPort: 1003 }
const api = (controllers: boolean, extra: readonly string[] = []) => apiServerFlags(site, { controllers, extra })

test('everything listens on the loopback address and on no other', () => {
  for (const flag of [...etcdFlags(site), ...api(true), ...controllerManagerFlags(site)]) {
    const [name, value] = flag.split('=')
    if (/listen|bind-address|advertise|etcd-servers|initial-cluster/.test(name!)) expect(value).toMatch(/127\.0\.0\.1|^default$/)
  }
  expect(api(true)).toContain('--bind-address=127.0.0.1')
  expect([apiUrl(site), etcdUrl(site)]).toEqual(['https://127.0.0.1:1001', 'http://127.0.0.1:1002'])
})

test('the API server talks to the etcd beside it', () => {
  expect(api(false)).toContain(`--etcd-servers=${etcdUrl(site)}`)
  expect(etcdFlags(site)).toContain(`--listen-client-urls=${etcdUrl(site)}`)
})

test('all files are within the folder, which goes with the cluster', () => {
  for (const flag of [...etcdFlags(site), ...api(true), ...controllerManagerFlags(site)]) {
    if (/-(dir|file|kubeconfig)=/.test(flag) || flag.startsWith('--kubeconfig=')) expect(flag).toContain('=/tmp/site/')
  }
})

test('without a controller manager no Pod has to have a ServiceAccount that nobody makes', () => {
  expect(api(false)).toContain('--disable-admission-plugins=ServiceAccount')
  expect(api(true).join(' ')).not.toContain('--disable-admission-plugins')
})

test('a test’s own flags are added, or take the place of those that were there', () => {
  const flags = api(true, ['--audit-log-path=/tmp/x', '--authorization-mode=AlwaysAllow'])
  expect(flags.slice(-2)).toEqual(['--audit-log-path=/tmp/x', '--authorization-mode=AlwaysAllow'])
  expect(flags.filter((flag) => flag.startsWith('--authorization-mode'))).toHaveLength(1)
})

test('the controller manager needs no port', () => {
  expect(controllerManagerFlags(site)).toContain('--secure-port=0')
})
