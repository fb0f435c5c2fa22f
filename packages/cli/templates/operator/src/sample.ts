import { conditions, defineKind, type ObjectOf, z } from 'kubewright'

// What users write, and what the operator tells them. The CRD, its validation, the types and the docs page follow from it: npm run generate
export const Sample = defineKind({
  group: 'sample.example.dev',
  version: 'v1',
  kind: 'Sample',
  description: 'A web server: so many Pods of an image, and a Service before them.',
  spec: z.object({
    image: z.string().min(1).max(500).meta({ description: 'What the Pods run.' }),
    replicas: z.int().min(0).max(100).default(1).meta({ description: 'How many Pods there are.' }),
    port: z.int().min(1).max(65_535).default(80).meta({ description: 'Where the image listens.' }),
  }),
  status: z.object({
    readyReplicas: z.int().optional(),
    conditions: conditions(),
  }),
})

export type Sample = ObjectOf<typeof Sample>
