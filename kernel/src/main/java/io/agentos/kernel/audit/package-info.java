// SPDX-License-Identifier: MIT
/** What was asked of the kernel and what it decided, kept so that nobody can change it unseen. */
@NullMarked
package io.agentos.kernel.audit;

import org.jspecify.annotations.NullMarked;
