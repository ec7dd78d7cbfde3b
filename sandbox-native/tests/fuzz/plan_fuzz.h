// SPDX-License-Identifier: MIT
#ifndef PLAN_FUZZ_H
#define PLAN_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Takes the bytes for a plan as the kernel would send it. Aborts when the parser breaks a promise of plan.h; what it
 * does to memory is for the sanitizers to see. Always 0. The name is the fuzzer's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
