# SPDX-License-Identifier: MIT
"""AgentOS as a sandbox of Inspect AI, without Docker, and as its model; Inspect finds both by name.

    pip install "./sdk-python[inspect]"

    Task(dataset, solver=[use_tools(bash(timeout=60)), generate()], scorer=includes(), sandbox="agentos")

Each sample has a sandboxed agent of the kernel to itself, with a new /workspace as its working folder. Settings come as
an object, or as a YAML file whose fields are the object's:

    sandbox=SandboxEnvironmentSpec("agentos", AgentOSSandboxConfig(limits={"memory": "512M", "max_pids": 100}))
    sandbox=("agentos", "agentos-sandbox.yaml")

The model that the kernel shares is `--model agentos/default`, or `agentos/NAME`.
"""

from ._config import AgentOSSandboxConfig
from ._model import AgentOSModelAPI
from ._sandbox import AgentOSSandboxEnvironment

__all__ = ["AgentOSModelAPI", "AgentOSSandboxConfig", "AgentOSSandboxEnvironment"]
