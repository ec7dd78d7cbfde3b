# SPDX-License-Identifier: MIT
"""One sandboxed agent as what evaluation frameworks call an environment: commands and files of any size.

    async with Place("grader", folders=("/app",)) as place:
        client = await place.client()
        await write_file(client, "/app/deep/data.bin", bytes(50 << 20))
        ran = await run(client, ["wc", "-c", "/app/deep/data.bin"])

Everything is done by calls of that agent, within its permissions and its sandbox, never by the operator's hand.
"""

from ._commands import Flood, Ran, run
from ._files import Oversize, read_file, write_file
from ._place import STAGING, Place, UserUnknown, check_user, end_all, free_name

__all__ = [
    "STAGING",
    "Flood",
    "Oversize",
    "Place",
    "Ran",
    "UserUnknown",
    "check_user",
    "end_all",
    "free_name",
    "read_file",
    "run",
    "write_file",
]
