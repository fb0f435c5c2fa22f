import { type ImportedDocument, type ImportResult, isFields, type KubeObject, type ManifestImporter, parseApiVersion } from 'kubewright'
import { ownWord, type Peer } from '../expiry/own-word.ts'
import { finished, nameOf } from './draft.ts'
import { kindNamed } from './kinds.ts'

/** Programs that objects speak to by annotation or label, and the names that they read. */
const SPEECH: readonly {
  readonly peer: Peer
  readonly program: string
  readonly names: readonly string[]
  readonly selectable?: string
}[] = [
  { peer: 'KubeJanitor', program: 'kube-janitor', names: ['janitor/ttl', 'janitor/expires'] },
  { peer: 'K8sTTLController', program: 'k8s-ttl-controller', names: ['k8s-ttl-controller.twin.sh/ttl'] },
  { peer: 'Kyverno', program: 'kyverno', names: ['cleanup.kyverno.io/ttl'], selectable: 'cleanup.kyverno.io/ttl' },
  { peer: 'Mayfly', program: 'mayfly', names: ['mayfly.cloud.namecheap.com/expire'] },
]

type Speech = (typeof SPEECH)[number]

/**
 * Objects that say themselves how long they live, in another program's words: they stay as they are, and a policy for each of their kinds reads
 * those words from now on.
 */
export const annotationImporter: ManifestImporter = {
  name: 'objects annotated for kube-janitor, k8s-ttl-controller, Kyverno or mayfly',
  takes: (value) => speechesOf(value).length > 0,
  convert(documents): ImportResult {
    const found = documents.flatMap((document) => speechesOf(document.value).map((speech) => ({ document, speech })))
    const groups = Map.groupBy(found, ({ document, speech }) => `${speech.program} ${apiVersionOf(document)} ${kindOf(document)}`)
    const results = [...groups.values()].map((group) => policyFor(group[0]!.speech, group[0]!.document))
    return {
      objects: results.map(({ object }) => object),
      warnings: [...results.flatMap(({ warnings }) => warnings), ...documents.flatMap(warningsOf)],
    }
  },
}

function speechesOf(value: unknown): readonly Speech[] {
  if (!isFields(value) || !isFields(value['metadata'])) return []
  const { annotations, labels } = value['metadata']
  const says = (name: string) => [annotations, labels].some((record) => isFields(record) && Object.hasOwn(record, name))
  return SPEECH.filter(({ names }) => names.some(says))
}

const apiVersionOf = ({ value }: ImportedDocument) => String((value as KubeObject).apiVersion)
const kindOf = ({ value }: ImportedDocument) => String((value as KubeObject).kind)

function policyFor({ peer, program, selectable }: Speech, document: ImportedDocument) {
  const [apiVersion, kind] = [apiVersionOf(document), kindOf(document)]
  const { group } = parseApiVersion(apiVersion)
  const known = kindNamed(kind)
  const draft = {
    namespace: undefined,
    name: nameOf(program, kind, ...(known?.apiVersion === apiVersion || group === '' ? [] : [group])),
    spec: {
      targetResource: {
        apiVersion,
        kind,
        // Labels can be selected by the server; of annotations it knows nothing.
        ...(selectable !== undefined && { labelSelector: { matchExpressions: [{ key: selectable, operator: 'Exists' }] } }),
      },
      ttl: { fromObject: { peers: [peer] } },
    },
    lost: [],
  }
  return finished(draft, `${document.origin}: ${kind}s with words for ${program}`)
}

/** What is written there and cannot be read keeps the object; better told now. */
function warningsOf({ origin, value }: ImportedDocument): readonly string[] {
  const object = value as KubeObject
  return speechesOf(value).flatMap(({ peer }) => {
    const word = ownWord({ peers: [peer] }, { ...object, metadata: { ...object.metadata, creationTimestamp: '2026-01-01T00:00:00Z' } })
    return word.is === 'invalid' ? [`${origin}: ${object.kind} ${object.metadata.name}: it would be kept for ever: ${word.problem}`] : []
  })
}
