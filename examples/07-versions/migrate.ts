// Writes the objects that are stored in an older version once more. After that a later release may do without it.
import { connect, installKinds } from 'kubewright'
import { Backup } from './backup.ts'

// In the name of the program, whose definitions these are.
const client = await connect({ fieldManager: 'kubewright-backup' })
for (const { kind, migrated } of await installKinds(client, [Backup])) console.log(`${kind}: ${migrated} written anew`)
await client.close()
