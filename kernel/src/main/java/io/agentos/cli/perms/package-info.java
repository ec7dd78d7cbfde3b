// SPDX-License-Identifier: MIT
/** Permissions as files: read for an agent that is started, written of one that learnt. */
@NullMarked
package io.agentos.cli.perms;

import org.jspecify.annotations.NullMarked;
