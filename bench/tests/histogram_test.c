// SPDX-License-Identifier: MIT
/* Every quantile is within a bucket's width of the truth, from nanoseconds to hours. */
#include "histogram.h"

#include <stdio.h>
#include <stdlib.h>

static void expect(int holds, const char *what, uint64_t got) {
  if (!holds) {
    (void)fprintf(stderr, "histogram: %s, got %llu\n", what, (unsigned long long)got);
    exit(EXIT_FAILURE);
  }
}

static void one_value_is_every_quantile_of_itself(void) {
  for (uint64_t value = 1; value < (uint64_t)1 << 44; value = value * 3 + 1) {
    struct histogram histogram = {0};
    uint64_t median;

    histogram_add(&histogram, value);
    median = histogram_quantile(&histogram, 0.5);
    expect(median == value, "the median of one value is that value", median);
  }
}

static void quantiles_of_many_values_are_within_a_bucket(void) {
  static struct histogram histogram;
  uint64_t got;

  for (uint64_t value = 1; value <= 100000; value++)
    histogram_add(&histogram, value);

  got = histogram_quantile(&histogram, 0.5);
  expect(got >= 50000 && got <= 50000 + 50000 / HISTOGRAM_STEPS, "the median of 1 to 100000", got);
  got = histogram_quantile(&histogram, 0.99);
  expect(got >= 99000 && got <= 100000, "the 99th percentile of 1 to 100000", got);
  got = histogram_quantile(&histogram, 1.0);
  expect(got == 100000, "the largest of 1 to 100000", got);
}

static void nothing_has_quantiles_of_zero(void) {
  static const struct histogram empty;

  expect(histogram_quantile(&empty, 0.99) == 0, "a quantile of nothing", histogram_quantile(&empty, 0.99));
}

int main(void) {
  one_value_is_every_quantile_of_itself();
  quantiles_of_many_values_are_within_a_bucket();
  nothing_has_quantiles_of_zero();
  return 0;
}
