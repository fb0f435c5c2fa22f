// How the image's Node is told to be small. `npm run bench -- process` measures it.

/**
 * V8 lets its space for new objects grow to three times 16 MB in the bustle of the start, and an idle process never gives that back: 14 MB of resident memory.
 * With 2 MB a first list of 20,000 objects and 200,000 changes to them take the same CPU as with 16 (215 and 2,200 ms; rounds differ by 5 %).
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=2']

/** What compiling the program took is freed, but glibc keeps it: an arena for each of Node's threads, and whatever lies below a block in use. 12 MB. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_TRIM_THRESHOLD_: '65536',
  MALLOC_MMAP_THRESHOLD_: '65536',
}
