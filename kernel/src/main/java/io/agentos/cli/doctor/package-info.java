// SPDX-License-Identifier: MIT
/** What this host can enforce, found out by trying. */
@NullMarked
package io.agentos.cli.doctor;

import org.jspecify.annotations.NullMarked;
