/** A core: state machines and pure functions that a wrong deletion, a lost key or two leaders would come from. */
export interface Core {
  readonly what: string
  readonly files: readonly string[]
  /** Those beside it. The first that fails is taken, so what is quick comes first. */
  readonly tests: readonly string[]
}

const within = (folder: string, names: readonly string[]) => names.map((name) => `${folder}/${name}.ts`)

const reflector = 'packages/runtime/src/reflector'
const queue = 'packages/runtime/src/queue'
const election = 'packages/runtime/src/leader-election'
const tracker = 'operators/gc/src/tracker'
const expiry = 'operators/gc/src/expiry'
const keys = 'operators/s3/src/keys'
const canonical = 'operators/s3/src/canonical'
const unseal = 'operators/vault-unsealer/src/machine'

export const CORES: Readonly<Record<string, Core>> = {
  reflector: {
    what: 'what a watch does next',
    files: within(reflector, ['machine', 'snapshot-steps', 'pauses', 'backoff', 'failure']),
    tests: within(reflector, ['failure.test', 'machine-details.test', 'machine.test', 'defects.test']),
  },
  queue: {
    what: 'the work queue, its fairness and its limits',
    files: within(queue, [
      'work-queue',
      'fair-schedule',
      'delays',
      'chain',
      'failure-counts',
      'item-backoff',
      'rate-limiter',
      'token-bucket',
      'waits',
      'fairness',
    ]),
    tests: within(queue, [
      'chain.test',
      'delays.test',
      'failure-counts.test',
      'rate-limiter.test',
      'fair-schedule.test',
      'work-queue.test',
      'work-queue.model.test',
    ]),
  },
  elector: {
    what: 'who leads',
    files: within(election, ['machine', 'lease', 'fence']),
    tests: within(election, ['lease.test', 'machine.test', 'fence.test']),
  },
  expiry: {
    what: 'when an object is due',
    files: within(expiry, ['expiry', 'lifetime', 'own-word', 'stamp', 'time-to-live']),
    tests: within(expiry, ['reasons-given.test', 'time-to-live.test', 'own-word.test', 'expiry.test', 'quota-pressure.test']),
  },
  tracker: {
    what: 'what is remembered of objects until they are due',
    files: within(tracker, [
      'tracker',
      'agenda',
      'census',
      'delays',
      'falling-due',
      'forbidden',
      'questions',
      'resting',
      'sending-line',
      'slot-heap',
      'tracked-objects',
      'words',
    ]),
    tests: within(tracker, [
      'agenda.test',
      'forbidden.test',
      'questions.test',
      'resting.test',
      'falling-due.test',
      'tracker.test',
      'tracker-policies.test',
      'tracker-answers.test',
      'tracker.model.test',
    ]),
  },
  keys: {
    what: 'the protocol by which access keys are made, published and removed',
    files: within(keys, ['protocol', 'secret-content', 'ledger']),
    tests: within(keys, ['protocol-steps.test', 'protocol.test', 'secret-content.test', 'protocol.model.test']),
  },
  canonical: {
    what: 'one form for what S3 says in many',
    files: within(canonical, [
      'policy',
      'acl',
      'compliance',
      'cors',
      'fields',
      'json',
      'lifecycle',
      'order',
      'settings',
      'tags',
      'website',
    ]),
    tests: within(canonical, ['acl.test', 'compliance.test', 'website.test', 'canonical.test']),
  },
  unseal: {
    what: 'which share goes where, and how often',
    files: within(unseal, ['machine', 'attempt', 'combinations', 'draft', 'judgement', 'limits', 'model']),
    tests: within(unseal, ['steps.test', 'initializing.test', 'joining.test', 'machine.test']),
  },
}
