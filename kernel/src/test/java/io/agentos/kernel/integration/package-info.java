// SPDX-License-Identifier: MIT
/** The kernel as a whole, over its real socket. */
package io.agentos.kernel.integration;
