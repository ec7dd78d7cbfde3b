// SPDX-License-Identifier: MIT
/* Counts durations in buckets that are at most 1/64 wide of what they hold. */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_STEPS 64
#define HISTOGRAM_BUCKETS (60 * HISTOGRAM_STEPS)

struct histogram {
  uint64_t count;
  uint64_t largest;
  uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *histogram, uint64_t nanoseconds);

/* The smallest bucket's value that `share` (0 to 1) of all durations do not exceed, in nanoseconds; 0 when empty. */
uint64_t histogram_quantile(const struct histogram *histogram, double share);

#endif
