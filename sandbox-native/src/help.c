// SPDX-License-Identifier: MIT
#include "help.h"

const char sb_help_text[] = "agentos-sandbox [OPTION...] [--] COMMAND [ARG...]\n";
