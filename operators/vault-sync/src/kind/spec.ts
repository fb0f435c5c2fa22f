import { duration, z } from 'kubewright'
import {
  BINARY_POLICIES,
  DELETION_POLICIES,
  DRIFT_POLICIES,
  MISSING_KEYS_POLICIES,
  SOURCE_MISSING_POLICIES,
  UPDATE_POLICIES,
} from './policies.ts'

const source = z.object({
  name: z.string().min(1).max(253).describe('A Secret of the same namespace.'),
  keys: z.array(z.string()).optional().describe('Only these keys. All when it is left out.'),
  prefix: z.string().optional().describe('Put before each key in Vault.'),
  rename: z.record(z.string(), z.string()).optional().describe('Keys of the Secret that are called otherwise in Vault.'),
  optional: z.boolean().optional().describe('That the Secret or a key is missing is no error.'),
})

/** What an annotated object asks for, written out. The operator keeps it; nobody needs to write one. */
export const vaultSyncSpec = z.object({
  owner: z
    .object({ apiVersion: z.string(), kind: z.string(), name: z.string(), uid: z.string() })
    .optional()
    .describe('The annotated object.'),
  path: z.string().optional().describe('As the annotation has it: mount and path.'),
  layout: z
    .enum(['PerSecret', 'Merged'])
    .default('Merged')
    .describe('One path for each Secret below `path`, or all in one secret at `path`.'),
  sources: z.array(source).optional(),
  templates: z.record(z.string(), z.string()).optional().describe('Keys in Vault that are made of several values: "{{ SECRET/KEY }}".'),
  deletionPolicy: z.enum(DELETION_POLICIES).default('SoftDelete').describe('What happens in Vault to what is not wanted any more.'),
  driftPolicy: z.enum(DRIFT_POLICIES).default('Repair').describe('What happens when somebody else changed it in Vault.'),
  updatePolicy: z.enum(UPDATE_POLICIES).default('Replace'),
  binary: z.enum(BINARY_POLICIES).default('Base64').describe('Values that are no UTF-8.'),
  missingKeys: z.enum(MISSING_KEYS_POLICIES).default('Fail'),
  sourceMissing: z.enum(SOURCE_MISSING_POLICIES).default('Keep').describe('What happens in Vault when a Secret is deleted.'),
  checkInterval: duration().optional().describe('How often Vault is looked at though nothing happened. Never when it is left out.'),
  verifyValues: z.boolean().default(false).describe('Each look compares the values in Vault themselves, and not their digest.'),
  adopt: z.boolean().default(false).describe('Take over what is at the path already.'),
  kvVersion: z.enum(['1', '2']).optional().describe('Of the mount. Asked of Vault when it is left out.'),
  vault: z.string().optional().describe('A Vault of the operator’s settings. The default one when it is left out.'),
  vaultNamespace: z.string().optional(),
  vaultRole: z.string().optional().describe('Log in with this role as the ServiceAccount below.'),
  serviceAccount: z.string().optional().describe('A ServiceAccount of the same namespace, as which the operator logs in.'),
  resync: z.string().optional().describe('Each new value is one more look.'),
  forceFinalize: z.boolean().default(false).describe('Do not wait for Vault when it is deleted.'),
  problems: z
    .array(z.string())
    .optional()
    .describe('What is wrong with the annotations. While there is any, nothing is written and nothing removed.'),
})
