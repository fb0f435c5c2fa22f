/** What people copy from the help of a command. By the command’s name. */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  up: ['kubewright up', 'kubewright up --only gc --write-kubeconfig kc'],
  apiserver: [
    'kubewright apiserver --secure-port 0 --write-kubeconfig kc',
    'kubewright apiserver --authorization-mode RBAC --token-auth-file tokens.csv',
  ],
  envtest: ['kubewright envtest .assets && KUBEBUILDER_ASSETS=$PWD/.assets go test ./...'],
  run: [
    'kubewright run gc --context staging',
    'kubewright run gc --namespace shop,office --log-level debug',
    'kubewright run all --config settings.yaml',
  ],
  manifests: [
    'kubewright manifests gc | kubectl apply --server-side -f -',
    'kubewright manifests --only crds --out deploy/crds.yaml',
    'kubewright manifests --only crds --out deploy/crds.yaml --check',
  ],
  init: ['kubewright init shop && cd shop && npm test', 'kubewright init shop-operator --kind Shop --group shops.example.com'],
  dev: [
    'kubewright dev',
    'kubewright dev src/main.ts -- --log-level debug',
    'kubewright dev --context staging --webhook-url https://my-tunnel.example:443',
  ],
  top: ['kubewright top http://127.0.0.1:8090', 'kubewright top http://127.0.0.1:8090 --output json'],
  doctor: [
    'kubewright doctor',
    'kubewright doctor gc --context production --output json',
    'kubewright doctor --module src/main.ts --namespace shop',
  ],
  explain: ['kubewright explain KW-FORBIDDEN', 'kubewright explain gc/TooBroad', 'kubewright explain Conflict --output json'],
  gc: [
    'kubewright gc plan -f policy.yaml',
    'kubewright gc plan -f policy.yaml --from dump/ --output html > plan.html',
    'kubewright gc explain job/report-1 --namespace team',
    'kubewright gc restore --list --since 24h',
    'kubewright gc restore configmap/settings --dry-run',
    'kubewright gc stop --reason "looking into it" && kubewright gc resume',
  ],
  'vault-sync': [
    'kubewright vault-sync policy --mount secret',
    'kubewright vault-sync policy --mount team/kv --for-namespace shop --role shop',
  ],
  import: ['kubewright import zen-policies.yaml > policies.yaml', 'kubewright import - < cleanup-policies.yaml'],
  fake: ['kubewright fake vault --port 8200', 'kubewright fake s3 --port 9000'],
  generate: [
    'kubewright generate crds src/main.ts | kubectl apply -f -',
    'kubewright generate all src/main.ts --out deploy',
    'kubewright generate all src/main.ts --out deploy --check',
    'kubewright generate types --cluster certificates.cert-manager.io > src/certificate.ts',
  ],
}

/** Added to the help of a command; empty for one without examples. */
export function examplesText(command: string): string {
  const lines = EXAMPLES[command] ?? []
  return lines.length === 0 ? '' : `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`
}
