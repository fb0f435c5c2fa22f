/** What one client may take of a server that stands in for a real one: `http_read_header_timeout` and `http_read_timeout` of Vault's listener. */
export const SERVING_LIMITS = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 }

/** More than the clients of any test, and fewer than the files that a process may have open. */
export const MOST_CONNECTIONS = 900

/** What is kept of a body at most, in bytes: it stays in this process's memory. Which smaller ones a server refuses is decided where they are read. */
export const LARGEST_BODY = 64 * 2 ** 20
