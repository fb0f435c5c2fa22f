import { z } from 'kubewright'
import { objectName, secretRef } from './references.ts'

export const vault = z.object({
  url: z
    .string()
    .min(1)
    .max(2_048)
    .describe(
      'Scheme, host and port, such as https://vault.vault.svc:8200. Each node is called at its own address; the host is what its certificate has to be for.',
    ),
  tlsServerName: z
    .string()
    .min(1)
    .max(253)
    .regex(/^[A-Za-z0-9.{}:-]+$/)
    .optional()
    .describe(
      "The name in the nodes' certificates; {pod} and {namespace} stand for the pod's: {pod}.vault-internal. Default: the host of the url.",
    ),
  caBundleSecretRef: secretRef.optional().describe('PEM certificates of the CA. Default: the authorities of the operator’s machine.'),
  caBundleConfigMapRef: z
    .object({ name: objectName, key: z.string().min(1).max(253) })
    .optional()
    .describe('The same, in a ConfigMap of the namespace.'),
  clientCertSecretRef: z
    .object({ name: objectName })
    .optional()
    .describe('A Secret of type kubernetes.io/tls in the namespace: the client certificate, where the listener asks for one.'),
  insecureSkipVerify: z
    .boolean()
    .default(false)
    .describe('Does not check who answers, unless a CA is given: shares may go to a stranger. The condition TransportInsecure says so.'),
  allowPlaintext: z
    .boolean()
    .default(false)
    .describe('Permits an url of http://, where shares travel readable. The condition TransportInsecure says so.'),
})
