import { Application } from '../kind/application.ts'

/** An application as the API server hands it out; for tests. */
export function sample(spec: Partial<Parameters<typeof Application.of>[0]['spec']> = {}): Application {
  return Application.of({
    metadata: { name: 'shop', namespace: 'demo', uid: 'u1', generation: 3 },
    spec: { image: 'docker.io/library/nginx:1.29', ...spec },
  })
}
