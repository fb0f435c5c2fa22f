// What somebody does from the page. Who may was asked before: see the one who serves it.
import { kindName, parseObjectId } from './objects/identity.ts'
import type { DashboardSource, SourceActions, SourceController } from './source.ts'

/** What has come of an action: `status` is HTTP's. */
export interface ActionAnswer {
  readonly status: number
  readonly message: string
}

/** Answers `POST /api/actions/NAME`. */
export function act(name: string, parameters: URLSearchParams, source: DashboardSource): ActionAnswer {
  const { actions } = source
  if (actions === undefined) return { status: 403, message: 'this page only shows: actions are switched off' }
  switch (name) {
    // Whether the token is right has been asked by now.
    case 'check':
      return { status: 200, message: 'actions are allowed' }
    case 'pause':
    case 'resume':
      return hold(name, parameters.get('controller') ?? '', actions)
    case 'requeue':
      return requeue(parameters.get('id') ?? '', source, actions)
    default:
      return { status: 404, message: `there is no action "${name}": there are check, pause, resume and requeue` }
  }
}

function hold(action: 'pause' | 'resume', name: string, actions: SourceActions): ActionAnswer {
  const controller = actions.controllers().find((each) => each.name === name)
  if (controller === undefined) return { status: 404, message: `there is no controller "${name}"` }
  controller.control[action]()
  const result = action === 'pause' ? 'it takes up nothing new until it is resumed, or the program starts again' : 'it goes on'
  actions.taken({ action, controllers: [name], result })
  return { status: 200, message: `${name}: ${result}` }
}

function requeue(id: string, source: DashboardSource, actions: SourceActions): ActionAnswer {
  const target = parseObjectId(id)
  const controllers = actions.controllers().filter(({ kind }) => kindName(kind) === target?.kind)
  if (target === undefined || controllers.length === 0)
    return { status: 404, message: `no controller looks after "${id}": an owner of it may have one` }
  const { kind, name, namespace } = target
  const request = namespace === '' ? { name } : { name, namespace }
  const results = controllers.map((controller) => ({ controller, came: controller.control.trigger(request) }))
  const object = source
    .watches()
    .filter(({ cluster, informer }) => cluster === '' && kindName(informer.type) === kind)
    .map(({ informer }) => informer.get(name, namespace === '' ? undefined : namespace))
    .find((each) => each !== undefined)
  const isQueued = results.some(({ came }) => came === 'queued')
  const result = results.map(({ controller, came }) => sentence(controller, came)).join('; ')
  actions.taken({ action: 'requeue', controllers: controllers.map((each) => each.name), object, result })
  return { status: isQueued ? 200 : 409, message: result }
}

function sentence({ name }: SourceController, came: ReturnType<SourceController['control']['trigger']>): string {
  switch (came) {
    case 'queued':
      return `${name} looks at it`
    case 'elsewhere':
      return `${name} of another replica has it: annotate it with kubewright.dev/reconcile`
    case 'unknown cluster':
      return `${name} does not work in this cluster`
    case 'not running':
      return `${name} does not run here: ask the replica that leads, or annotate it with kubewright.dev/reconcile`
  }
}
