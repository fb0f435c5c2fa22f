/** The flags of `kubewright apiserver`, under kube-apiserver's own names. Apart from the command, so that help does not load the server. */
export const APISERVER_FLAGS: readonly { readonly flag: string; readonly description: string }[] = [
  { flag: '--secure-port <PORT>', description: 'the port; 0 takes a free one; default 6443' },
  { flag: '--bind-address <ADDRESS>', description: 'the address to listen on; default 127.0.0.1' },
  { flag: '--tls-cert-file <FILE>', description: 'the serving certificate (PEM); default: one of an own CA' },
  { flag: '--tls-private-key-file <FILE>', description: 'its private key (PEM)' },
  { flag: '--cert-dir <DIR>', description: 'where apiserver.crt and apiserver.key are, or are written, when no files are named' },
  { flag: '--client-ca-file <FILE>', description: 'client certificates of this CA are accepted: CN is the user, O the groups' },
  { flag: '--token-auth-file <FILE>', description: 'CSV lines of token,user,uid,"group1,group2"' },
  { flag: '--authorization-mode <MODES>', description: 'AlwaysAllow or RBAC; default AlwaysAllow' },
  { flag: '--anonymous-auth [BOOLEAN]', description: 'requests without credentials are of system:anonymous; default true with RBAC' },
  { flag: '--service-account-issuer <URL>', description: 'who issues ServiceAccount tokens; default https://kubernetes.default.svc' },
  { flag: '--service-account-key-file <FILES>', description: 'public keys (PEM) whose ServiceAccount tokens are accepted' },
  { flag: '--service-account-signing-key-file <FILE>', description: 'the private key (PEM) that signs them; default: one of its own' },
  { flag: '--api-audiences <NAMES>', description: 'for whom tokens are accepted; default: the issuer' },
  { flag: '--audit-policy-file <FILE>', description: 'what of each request is written down (audit.k8s.io/v1 Policy)' },
  { flag: '--audit-log-path <FILE>', description: 'where it is written, a line of JSON for each event; - is the standard output' },
  {
    flag: '--controllers <NAMES>',
    description:
      'who works behind the API, as kube-controller-manager has it: *, NAME, -NAME; default *: Deployments roll out, Jobs complete',
  },
  { flag: '--data-dir <DIR>', description: 'where objects outlive the server; default: in memory only' },
  { flag: '--write-kubeconfig <FILE>', description: 'an admin kubeconfig, written when the server is ready' },
]
