// SPDX-License-Identifier: MIT
/**
 * The wire protocol as the command line speaks it: JDK sockets and streaming JSON only, so that a
 * command starts fast.
 */
@NullMarked
package io.agentos.cli.client;

import org.jspecify.annotations.NullMarked;
