// SPDX-License-Identifier: MIT
/** The demonstration: scenarios on one kernel, each measured against what AgentOS promises. */
@NullMarked
package io.agentos.cli.demo;

import org.jspecify.annotations.NullMarked;
