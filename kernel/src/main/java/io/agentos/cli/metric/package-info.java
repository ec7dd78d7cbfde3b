// SPDX-License-Identifier: MIT
/** What was measured, for people and for Prometheus. */
@NullMarked
package io.agentos.cli.metric;

import org.jspecify.annotations.NullMarked;
