import { builtOnce, run } from '../build-cache.ts'

/** A program at one commit of its public repository. */
export interface Source {
  readonly name: string
  /** `OWNER/NAME` on GitHub. */
  readonly repository: string
  readonly commit: string
}

/**
 * The folder with the sources, built by `build`, in the user's cache; there from the second time on.
 * @throws Error that says what could not be had: the repository, or a tool that builds it
 */
export function builtCheckout({ name, repository, commit }: Source, build: (folder: string) => void): string {
  return builtOnce(`${name}-${commit.slice(0, 12)}`, (part) => {
    run('git', ['init', '--quiet'], part)
    run('git', ['fetch', '--quiet', '--depth=1', `https://github.com/${repository}`, commit], part)
    run('git', ['checkout', '--quiet', 'FETCH_HEAD'], part)
    build(part)
  })
}
