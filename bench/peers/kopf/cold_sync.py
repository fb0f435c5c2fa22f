# All ConfigMaps, kept as their events come. kopf tells nobody when it has seen all that there were, so this is full when it has as many as there are.
# Says `synced` then; for a line on its standard input it says what it holds, `uid resourceVersion` a line. Arguments: kubeconfig, how many there are.
import asyncio
import os
import sys

import kopf

held = {}
full = asyncio.Event()


@kopf.on.login()
def login(**kwargs):
    return kopf.login_with_kubeconfig(**kwargs)


@kopf.on.event("", "v1", "configmaps")
def keep(uid, body, **_):
    held[uid] = body
    if len(held) >= int(sys.argv[2]):
        full.set()


async def main():
    os.environ["KUBECONFIG"] = sys.argv[1]
    operator = asyncio.create_task(kopf.operator(clusterwide=True, standalone=True))
    filled = asyncio.create_task(full.wait())
    await asyncio.wait([operator, filled], return_when=asyncio.FIRST_COMPLETED)
    if operator.done():
        sys.exit(f"the operator ended: {operator.exception()}")
    print("synced", flush=True)
    sys.stdin.readline()
    for uid, body in held.items():
        print(uid, body.metadata["resourceVersion"])
    sys.stdout.flush()
    os._exit(0)


asyncio.run(main())
