/** Where something is in Vault. */
export interface Place {
  /** Without slashes around it. */
  readonly mount: string
  /** Below the mount, without `data/`. */
  readonly rest: string
}

export interface PlacementOptions {
  /** Put behind the mount. `''`: none. */
  readonly clusterName: string
  /** Whether a `data/` right behind the mount of a KV 2 is dropped: the original demanded it. */
  readonly stripData: boolean
}

export interface Mount {
  readonly mount: string
  readonly version: 1 | 2
}

/** The place of a path that was given as `mount/…`, on a mount that Vault has named. */
export function placeOf(path: string, { mount, version }: Mount, { clusterName, stripData }: PlacementOptions): Place {
  const given = path.slice(mount.length + 1)
  const rest = version === 2 && stripData && given.startsWith('data/') ? given.slice('data/'.length) : given
  return { mount, rest: clusterName === '' || rest === '' ? rest : `${clusterName}/${rest}` }
}

/** Every place that the path might be, as long as Vault has not said where its mount ends. */
export function possiblePlaces(path: string, options: PlacementOptions): readonly Place[] {
  const segments = path.split('/')
  const mounts = segments.slice(0, -1).map((_, at) => segments.slice(0, at + 1).join('/'))
  const places = mounts.flatMap((mount) => ([1, 2] as const).map((version) => placeOf(path, { mount, version }, options)))
  return places.filter((place, at) => places.findIndex((each) => fullPath(each) === fullPath(place) && each.mount === place.mount) === at)
}

export const fullPath = ({ mount, rest }: Place): string => `${mount}/${rest}`
