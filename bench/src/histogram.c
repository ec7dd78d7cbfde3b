// SPDX-License-Identifier: MIT
#include "histogram.h"

#define STEP_BITS 6
_Static_assert(1 << STEP_BITS == HISTOGRAM_STEPS, "the steps of one power of two");

/* Values below HISTOGRAM_STEPS have a bucket each; above, each power of two is divided into as many steps. */
static unsigned bucket_of(uint64_t value) {
  unsigned shift;

  if (value < HISTOGRAM_STEPS)
    return (unsigned)value;

  shift = 63U - (unsigned)__builtin_clzll(value) - STEP_BITS;
  return (shift + 1) * HISTOGRAM_STEPS + (unsigned)((value >> shift) & (HISTOGRAM_STEPS - 1));
}

static uint64_t largest_in(unsigned bucket) {
  unsigned shift;

  if (bucket < HISTOGRAM_STEPS)
    return bucket;

  shift = bucket / HISTOGRAM_STEPS - 1;
  return ((uint64_t)(HISTOGRAM_STEPS + bucket % HISTOGRAM_STEPS + 1) << shift) - 1;
}

void histogram_add(struct histogram *histogram, uint64_t nanoseconds) {
  histogram->count++;
  histogram->buckets[bucket_of(nanoseconds)]++;
  if (nanoseconds > histogram->largest)
    histogram->largest = nanoseconds;
}

uint64_t histogram_quantile(const struct histogram *histogram, double share) {
  uint64_t wanted = (uint64_t)((double)histogram->count * share);
  uint64_t seen = 0;

  for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
    seen += histogram->buckets[i];
    if (seen > 0 && seen >= wanted)
      return largest_in(i) < histogram->largest ? largest_in(i) : histogram->largest;
  }
  return 0;
}
