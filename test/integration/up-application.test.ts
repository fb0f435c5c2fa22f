// `kubewright up` answers its API server: v1beta1 of Application is converted, and what an operator has something to say against is refused.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, Secret } from '@kubewright/client'
import { Application } from '@kubewright/operator-application'
import { eventually } from '@kubewright/testing'
import { expect, onTestFinished } from 'vitest'
import { failure } from './harness.ts'
import { type Program, test } from './program.ts'

const IMAGE = 'docker.io/library/nginx:1.29'

function kubeconfigPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-up-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'kubeconfig')
}

test('it converts and validates, and says where to look', async ({ kubewright }) => {
  const program: Program = kubewright(['up', '--only', 'application', '--write-kubeconfig', kubeconfigPath()])
  const kubeconfig = (await program.says(/^kubeconfig: (.+)$/))[1]!
  await program.says(/^try: kubectl --kubeconfig .* get app -A {2}# application$/)
  const client = await connect({ kubeconfig })
  onTestFinished(() => client.close())
  const Beta = Application.inVersion('v1beta1')
  const [applications, betas] = [await client.resource(Application), await client.resource(Beta)]
  const at = (name: string) => ({ namespace: 'default', name })

  // When it says that it is ready it answers: nothing is waited for.
  await betas.create(Beta.of({ metadata: at('beta'), spec: { image: IMAGE, replicas: 2, port: 8080 } }))
  expect((await applications.get(at('beta'))).spec).toMatchObject({ ports: [{ port: 8080, protocol: 'TCP' }], replicas: 2 })
  const refused = await failure(applications.create(Application.of({ metadata: at('bad'), spec: { image: 'evil.example/app:1' } })))
  expect(refused).toMatchObject({ code: 422, message: expect.stringContaining('images of evil.example are not allowed here') as string })

  const examples = await betas.list({ namespace: 'application-demo' })
  expect(examples.items.map(({ metadata, spec }) => [metadata.name, spec.image])).toContainEqual(['site', expect.stringContaining('nginx')])
  await eventually(async () => expect((await betas.get(at('beta'))).status).toMatchObject({ phase: 'Running', readyReplicas: 2 }), {
    timeout: 30_000,
  })
  expect((await (await client.resource(Secret)).list({ namespace: 'default' })).items).toEqual([])
  expect(program.stderr).toEqual([])
  program.kill('SIGINT')
  expect(await program.ended).toBe(0)
})

test('its metrics have the showcase’s names too', async ({ kubewright }) => {
  const program: Program = kubewright(['up', '--only', 'application', '--write-kubeconfig', kubeconfigPath()])
  const address = (await program.says(/^metrics: (.+)$/))[1]!
  await eventually(async () => {
    const text = await (await fetch(address)).text()
    const value = (sample: string) =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${sample} `))
          ?.slice(sample.length),
      )
    expect(value('resource_count{kind="Application",namespace="application-demo"}')).toBe(3)
    expect(value('controller_reconcile_total{controller="application",result="success"}')).toBeGreaterThanOrEqual(3)
    expect(value('event_total{type="Normal",severity="Info"}')).toBeGreaterThan(0)
    expect(text).toMatch(/^webhook_duration_seconds_count\{.*webhook="\/validate-apps-kubewright-dev-v1-application".*\} [1-9]/m)
  })
})
