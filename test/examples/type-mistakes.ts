/** What people write into an editor by mistake, and what it has to tell them. */
interface TypeMistake {
  readonly is: string
  readonly code: string
  /** A part of the compiler's message about the line. */
  readonly told: string
}

/** Before each of the mistakes. */
export const GIVEN = `import { ConfigMap, connect, controller, createManager, defineKind, run, watch, z } from 'kubewright'
const names = { group: 'example.dev', version: 'v1', kind: 'Shop' }
const Shop = defineKind({ ...names, spec: z.object({ title: z.string(), pages: z.int().default(1) }), status: z.object({ ready: z.boolean().optional() }) })
`

const OBJECT_SCHEMA = `not assignable to type '"give an object schema: z.object({ … })"'`

export const MISTAKES: readonly TypeMistake[] = [
  { is: 'a spec that is no object', code: 'defineKind({ ...names, spec: z.string() })', told: OBJECT_SCHEMA },
  { is: 'fields without z.object around them', code: 'defineKind({ ...names, spec: { title: z.string() } })', told: OBJECT_SCHEMA },
  {
    is: 'the same in the status',
    code: 'defineKind({ ...names, spec: z.object({}), status: { ready: z.boolean() } })',
    told: OBJECT_SCHEMA,
  },
  {
    is: 'a kind without its version',
    code: "defineKind({ group: 'example.dev', kind: 'Shop', spec: z.object({}) })",
    told: "Property 'version' is missing",
  },
  {
    is: 'a scope that there is not',
    code: "defineKind({ ...names, scope: 'Global', spec: z.object({}) })",
    told: `not assignable to type '"Cluster" | "Namespaced"`,
  },
  {
    is: 'a slip in an option of a kind',
    code: 'defineKind({ ...names, spec: z.object({}), shortNmaes: [] })',
    told: "Did you mean to write 'shortNames'?",
  },
  {
    is: 'a slip in an object of the kind',
    code: "Shop.of({ metadata: { name: 'a' }, spec: { titel: 'x' } })",
    told: "Did you mean to write 'title'?",
  },
  {
    is: 'a slip in the spec',
    code: 'controller(Shop, { reconcile({ object }) { console.log(object.spec.tilte) } })',
    told: "Did you mean 'title'?",
  },
  {
    is: 'a slip in the status',
    code: 'controller(Shop, { reconcile({ status }) { status.raedy = true } })',
    told: "Did you mean 'ready'?",
  },
  {
    is: 'a slip in an option of a controller',
    code: 'controller(Shop, { worker: 2, reconcile() {} })',
    told: "Did you mean to write 'workers'?",
  },
  { is: 'a controller that does nothing', code: 'controller(Shop, {})', told: "Property 'reconcile' is missing" },
  {
    is: 'a change of the cached object',
    code: 'controller(Shop, { reconcile({ object }) { object.spec.pages = 2 } })',
    told: "Cannot assign to 'pages' because it is a read-only property",
  },
  {
    is: 'a condition where the status has none',
    code: "controller(Shop, { reconcile({ condition }) { condition('Ready', true, 'Up') } })",
    told: 'the status of this kind has no field "conditions": add it to the kind to use condition()',
  },
  {
    is: 'a result of controller-runtime',
    code: 'controller(Shop, { reconcile: () => ({ requeue: true }) })',
    told: "not assignable to type 'Promise<ReconcileResult> | ReconcileResult'",
  },
  {
    is: 'a kind by its name',
    code: "controller('Shop', { reconcile() {} })",
    told: "not assignable to parameter of type 'Kind<KubeObject>'",
  },
  { is: 'a watch that says nothing of whom it concerns', code: 'watch(ConfigMap)', told: 'Expected 2-3 arguments, but got 1' },
  {
    is: 'a kind in place of its controller',
    code: 'void run(Shop)',
    told: '"a kind alone has nothing to do: give controller(KIND, { reconcile })"',
  },
  { is: 'a manager without a client', code: 'createManager({})', told: "Property 'client' is missing" },
  { is: 'a client that is not waited for', code: 'createManager({ client: connect() })', told: "Type 'Promise<Client>' is missing" },
]
