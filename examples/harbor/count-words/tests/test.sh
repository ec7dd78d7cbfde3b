#!/bin/bash
# SPDX-License-Identifier: MIT
# The reward is what Harbor reads from this file: 1 for the right counts.
if diff /app/counts.txt - <<'COUNTS'; then reward=1; else reward=0; fi
4 the
2 on
2 rain
COUNTS
echo "$reward" >/logs/verifier/reward.txt
