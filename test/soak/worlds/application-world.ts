import { Application } from '@kubewright/operator-application'
import { type Client, ConfigMap, Deployment, type KubeObject, Service } from 'kubewright'
import type { Chance } from '../random.ts'
import { differences } from './contents.ts'
import { isLeaving, Tenant } from './tenant.ts'
import type { World } from './world.ts'

const NAMESPACE = 'soak-application'
const NAMES = ['site', 'api', 'worker', 'mailer', 'search', 'billing']
const OWN = 'apps.kubewright.dev/application'
const REVISION = 'apps.kubewright.dev/revision'

/** Applications that come, change and go, and the Deployments and Services that are to be what they say. */
export class ApplicationWorld implements World {
  readonly name = 'application'
  readonly pace = 500
  readonly troubles = []
  readonly #tenant: Tenant
  #changes = 0

  constructor(client: Client) {
    this.#tenant = new Tenant(client, NAMESPACE)
  }

  prepare(): Promise<void> {
    return this.#tenant.open()
  }

  async step(chance: Chance): Promise<string | undefined> {
    const name = chance.pick(NAMES)
    const found = await this.#tenant.find(Application, name)
    const spec = {
      image: `registry.k8s.io/pause:3.${chance.below(10)}`,
      replicas: chance.below(4),
      config: { CHANGE: String(++this.#changes) },
      ports: [{ port: 8080 + chance.below(4) }],
    }
    if (found === undefined) {
      await this.#tenant.create(Application, { metadata: { name }, spec })
      return 'created'
    }
    if (isLeaving(found)) return undefined
    if (chance.below(5) === 0) {
      await this.#tenant.delete(Application, name)
      return 'deleted'
    }
    // Of a change of some fields the others have to stay.
    const { image, replicas, config, ports } = spec
    const [kind, part] = chance.pick([
      ['scaled', { replicas }],
      ['new image', { image }],
      ['new settings', { config }],
      ['new port', { ports }],
    ] as const)
    await this.#tenant.change(Application, name, { spec: part })
    return kind
  }

  async wrong(): Promise<readonly string[]> {
    return []
  }

  async unsettled(): Promise<readonly string[]> {
    const all = await this.#tenant.list(Application)
    const leaving = all.filter(isLeaving).map(({ metadata }) => `Application "${metadata.name}" has to go`)
    const living = all.filter((each) => !isLeaving(each))
    const [deployments, services] = [await this.#tenant.list(Deployment, OWN), await this.#tenant.list(Service, OWN)]
    const settings = await this.#tenant.list(ConfigMap, OWN)
    const strange = settings.filter(({ metadata }) => !living.some(({ metadata: { name } }) => name === metadata.labels![OWN]))
    return [
      ...leaving,
      ...strange.map(({ metadata }) => `ConfigMap "${metadata.name}" is there, and nobody wants it`),
      ...differences(contentsOf(living, wantedOf), contentsOf(deployments, deployed), { what: 'Deployment' }),
      ...differences(
        contentsOf(living, ({ spec }) => portsOf(spec.ports)),
        contentsOf(services, ({ spec }) => portsOf(spec?.ports)),
        {
          what: 'Service',
        },
      ),
      ...living
        .filter(({ metadata, status }) => status?.observedGeneration !== metadata.generation)
        .map(({ metadata }) => `Application "${metadata.name}" has not said that it knows its spec`),
      ...(await this.#unconfigured(living, deployments)),
    ]
  }

  async stop(): Promise<void> {}

  /** Whose pods read other settings than the application's. */
  async #unconfigured(applications: readonly Application[], deployments: readonly Deployment[]): Promise<readonly string[]> {
    const words = applications.map(async ({ metadata, spec }) => {
      const template = deployments.find((each) => each.metadata.name === metadata.name)?.spec?.template
      const name = template?.spec?.containers[0]?.envFrom?.[0]?.configMapRef?.name
      const found = name === undefined ? undefined : await this.#tenant.find(ConfigMap, name)
      const isRight = found?.data?.['CHANGE'] === spec.config?.['CHANGE'] && template?.metadata?.annotations?.[REVISION] !== undefined
      return isRight ? [] : [`pods of Application "${metadata.name}" read other settings`]
    })
    return (await Promise.all(words)).flat()
  }
}

const contentsOf = <T extends KubeObject>(objects: readonly T[], textOf: (object: T) => string) =>
  new Map(objects.map((object) => [object.metadata.name ?? '', textOf(object)]))

const wantedOf = ({ spec }: Application) => `${spec.image} × ${spec.replicas}`
const deployed = ({ spec }: Deployment) => `${spec?.template.spec?.containers[0]?.image} × ${spec?.replicas}`
const portsOf = (ports: readonly { readonly port?: number }[] = []) => ports.map(({ port }) => port).join()
