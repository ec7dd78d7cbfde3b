// SPDX-License-Identifier: MIT
#include "oom.h"
#include "owned.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

static void set_score(int proc, int score) {
  SB_OWNED_FD file = openat(proc, "self/oom_score_adj", O_WRONLY | O_CLOEXEC);

  if (file >= 0)
    (void)dprintf(file, "%d", score);
}

int sb_oom_raise(int proc, int least) {
  SB_OWNED_FD file = openat(proc, "self/oom_score_adj", O_RDONLY | O_CLOEXEC);
  char text[16] = "";
  int score = 0;

  if (file >= 0 && read(file, text, sizeof text - 1) > 0)
    score = (int)strtol(text, NULL, 10);
  if (score < least)
    set_score(proc, least);
  return score;
}

void sb_oom_restore(int proc, int least, int score) {
  if (score < least)
    set_score(proc, score);
}
