/** How a client reaches the server: fits the client package's `connectTo`. */
export interface ServerConnection {
  readonly server: string
  /** PEM. */
  readonly caData: string
  readonly token: string
}

/** A kubeconfig for the administrator. */
export function kubeconfigText({ server, caData, token }: ServerConnection): string {
  return `apiVersion: v1
kind: Config
clusters:
  - name: kubewright
    cluster:
      server: ${server}
      certificate-authority-data: ${Buffer.from(caData).toString('base64')}
users:
  - name: admin
    user:
      token: ${token}
contexts:
  - name: kubewright
    context:
      cluster: kubewright
      user: admin
current-context: kubewright
`
}
