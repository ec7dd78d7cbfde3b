# SPDX-License-Identifier: MIT
"""An agent that attacks whatever it can think of.

    main.py --list              one line an attack: group, name, needs, design, design with the host's network, unless
    main.py TARGET [GROUP...]   tries them; TARGET is the JSON of an attack.Target; one line each: name, outcome, detail

Fields are separated by tabs. Outcomes: reached, refused, mistaken.
"""

import json
import os
import sys

from attack import Attack, Target, attempt, say
from files import FILE_ATTACKS
from interfaces import INTERFACE_ATTACKS
from ipc import IPC_ATTACKS
from network import NETWORK_ATTACKS
from roots import ROOT_ATTACKS
from secrets_of_others import SECRET_ATTACKS


def attacks(with_calls: bool) -> list[Attack]:
    """All of them, those on the AgentOS kernel last: they are an agent's, a program outside is no caller."""
    everywhere = FILE_ATTACKS + INTERFACE_ATTACKS + ROOT_ATTACKS + IPC_ATTACKS + NETWORK_ATTACKS + SECRET_ATTACKS
    if not with_calls:
        return everywhere
    from calls import CALL_ATTACKS  # needs the SDK, which only an agent has

    return everywhere + CALL_ATTACKS


def main() -> None:
    """List the attacks, or make them."""
    if sys.argv[1] == "--list":
        for attack in attacks(with_calls=True):
            say(attack.group, attack.name, attack.needs, attack.design, attack.with_network, attack.unless)
        return
    target = Target(**json.loads(sys.argv[1]))
    for attack in attacks(with_calls="AGENTOS_SOCKET" in os.environ):
        if not sys.argv[2:] or attack.group in sys.argv[2:]:
            attempt(attack, target)


if __name__ == "__main__":
    main()
