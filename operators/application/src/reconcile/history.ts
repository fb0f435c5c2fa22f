import { appsV1, ConfigMap, type KubeObject, type ReconcileContext } from 'kubewright'
import { configMapOf } from '../desired/config-map.ts'
import { type Revision, revisionIn, revisionName } from '../desired/revision.ts'
import type { Application } from '../kind/application.ts'
import { policyProblems, type SecurityPolicy } from '../policy/security-policy.ts'

/** What earlier reconciles have left behind. */
export class History {
  readonly #application: Application
  readonly #children: ReconcileContext<Application>['children']

  constructor({ object, children }: Pick<ReconcileContext<Application>, 'object' | 'children'>) {
    this.#application = object
    this.#children = children
  }

  /** What a revision was; `undefined` when that is not known any more. */
  revision(hash: string): Revision | undefined {
    const kept = this.#kept(hash)
    return kept && revisionIn(kept)
  }

  /** Whether it is known, and not forbidden: the policy may have become stricter since it ran. */
  canRestore(hash: string, policy: SecurityPolicy): boolean {
    const known = this.revision(hash)
    return known !== undefined && policyProblems(known.fields, policy).length === 0
  }

  /** Of a kept revision it stays, of a new one it is the generation that asks for it. */
  number(hash: string): number {
    return this.#kept(hash)?.revision ?? this.#application.metadata.generation ?? 1
  }

  /** Settings of all revisions of which there may still be pods. */
  configMaps(): readonly ConfigMap[] {
    return this.#children(ConfigMap)
      .filter(isStaying)
      .map(({ metadata: { name = '' }, data = {} }) => configMapOf(this.#application, { name, data, hash: '' }))
  }

  #kept(hash: string): appsV1.ControllerRevision | undefined {
    const name = revisionName(this.#application, hash)
    return this.#children(appsV1.ControllerRevision).find((kept) => kept.metadata.name === name && isStaying(kept))
  }
}

const isStaying = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp === undefined
