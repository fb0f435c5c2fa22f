// What a user's own test does: a cluster for the length of a program, from the published entry points alone.
import { CustomResourceDefinition } from 'kubewright'
import { startTestCluster } from 'kubewright/testing'
import { Website } from './website.ts'

const cluster = await startTestCluster({ server: 'embedded' })
const client = cluster.client()
const definitions = await client.resource(CustomResourceDefinition)
const made = await definitions.create(Website.crd())
await cluster.stop()
process.stdout.write(`${made.metadata.name}\n`)
