# SPDX-License-Identifier: MIT
"""AgentOS as an environment of Harbor, without Docker.

    pip install "./sdk-python[harbor]"
    harbor run -p TASK -a oracle -e agentos.harbor:AgentOSEnvironment

A trial is a sandboxed agent of the kernel. It sees this host's programs and nothing of its files, so that only tasks
which need no image can be run: those with neither Dockerfile, docker-compose.yaml nor docker_image, whose environment/
holds at most files, which are put into the working folder. Settings are given as `--ek NAME=VALUE`; see
AgentOSEnvironment.
"""

from ._environment import AgentOSEnvironment

__all__ = ["AgentOSEnvironment"]
