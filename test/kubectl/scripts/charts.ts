import type { Script, Step } from '../script.ts'
import { definition } from './objects.ts'

const chart = (version: string): Step => ({
  file: 'shop/Chart.yaml',
  holds: `apiVersion: v2\nname: shop\nversion: ${version}\nappVersion: "${version}"\ndescription: What is sold here\n`,
})
const hook = (name: string, when: string, policy = 'before-hook-creation') => `apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-${name}
  annotations: {helm.sh/hook: ${when}, helm.sh/hook-delete-policy: "${policy}"}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: main, image: busybox}]
`
const kind = definition('shop.example.dev', {
  plural: 'wares',
  kind: 'Ware',
  spec: { type: 'object', properties: { price: { type: 'integer' } } },
})

/** A chart with a definition, hooks and a test, through its life. */
export const charts: Script = {
  name: 'charts',
  steps: [
    chart('1.0.0'),
    { file: 'shop/values.yaml', holds: 'image: shop:1\nreplicas: 1\nprice: 5\n' },
    { file: 'shop/crds/wares.yaml', holds: kind },
    {
      file: 'shop/templates/shop.yaml',
      holds: `apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}, labels: {app: shop}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: main, image: "{{ .Values.image }}"}]}
---
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec: {selector: {app: shop}, ports: [{port: 80}]}
---
apiVersion: shop.example.dev/v1
kind: Ware
metadata: {name: {{ .Release.Name }}}
spec: {price: {{ .Values.price }}}
`,
    },
    { file: 'shop/templates/before.yaml', holds: hook('before', 'pre-install,pre-upgrade') },
    { file: 'shop/templates/after.yaml', holds: hook('after', 'post-install', 'hook-succeeded') },
    {
      file: 'shop/templates/NOTES.txt',
      holds: 'The shop {{ .Release.Name }} is open on {{ .Capabilities.KubeVersion.Major }}.{{ .Capabilities.KubeVersion.Minor }}.\n',
    },
    {
      file: 'shop/templates/tests/test.yaml',
      holds: `apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-test
  annotations: {helm.sh/hook: test, kubewright.dev/pod-outcome: Succeeded}
spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}
`,
    },
    'helm lint shop',
    'helm install shop shop --dry-run=server',
    'helm install shop shop --wait --timeout=40s',
    'helm install shop shop',
    'helm list',
    // Helm 4 shows the resources in the order of a map of Go's, another one each time.
    { run: 'helm status shop', hide: /RESOURCES:[\s\S]*?(?=NOTES:)/ },
    'helm get manifest shop',
    'helm get values shop --all',
    'helm get hooks shop',
    'helm get notes shop',
    'helm get metadata shop',
    { run: 'kubectl get deployment,service,ware,job', until: '1/1' },
    'kubectl get secrets -o custom-columns=NAME:.metadata.name,TYPE:.type,OWNER:.metadata.labels.owner,STATUS:.metadata.labels.status',
    'helm test shop --timeout=40s',
    chart('1.1.0'),
    'helm upgrade shop shop --set image=shop:2,replicas=2 --wait --timeout=40s',
    'kubectl get deployment shop -o jsonpath={.spec.template.spec.containers[0].image}',
    'helm upgrade shop shop --set price=cheap',
    'helm history shop',
    'helm upgrade shop shop --reuse-values --set price=7 --dry-run=server --hide-notes',
    'helm rollback shop 1 --wait --timeout=40s',
    'helm rollback shop 9',
    'helm history shop',
    'kubectl get deployment shop -o jsonpath={.spec.replicas}/{.spec.template.spec.containers[0].image}',
    'helm upgrade --install other shop --set price=1 --skip-crds --no-hooks',
    'helm list --filter o -q',
    'helm list -o yaml',
    'helm uninstall other',
    'helm uninstall shop --keep-history --wait --timeout=40s',
    'helm list --uninstalled',
    'helm uninstall shop',
    'helm uninstall nobody',
    'helm status nobody',
    { run: 'kubectl get deployment,service,ware', until: 'No resources found' },
    'kubectl delete crd wares.shop.example.dev',
  ],
}
