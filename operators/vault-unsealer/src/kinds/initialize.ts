import { z } from 'kubewright'
import { entry, objectName } from './references.ts'

const pgpKey = z
  .string()
  .min(1)
  .max(16_384)
  .regex(/^[A-Za-z0-9+/=]+$/)

/** Off unless it is there. */
export const initialize = z
  .object({
    shares: z.int().min(1).max(255).default(5).describe('Into how many the key is split.'),
    threshold: z.int().min(1).max(255).default(3).describe('How many of them open a node.'),
    secretRef: z
      .object({ name: objectName, key: entry })
      .describe(
        'Where the shares are kept: an entry that is not there yet, of a Secret of the namespace that is there, and is handed over. The operator needs the right to patch it.',
      ),
    pgpKeys: z
      .array(pgpKey)
      .max(255)
      .optional()
      .describe(
        'Public keys, one per share, base64 of their binary form: the shares are kept encrypted, and whoever holds the private keys opens the nodes.',
      ),
    rootTokenPgpKey: pgpKey
      .optional()
      .describe(
        'The root token is kept encrypted for this key, in the entry KEY.root-token.pgp. Without it the token is kept in the entry KEY.root-token until a node is open, and revoked then.',
      ),
  })
  .describe('Initialises a Vault that has no data yet, once, at the first of its nodes.')
