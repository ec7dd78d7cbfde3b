// SPDX-License-Identifier: MIT
#ifndef SB_OWNED_H
#define SB_OWNED_H

#include <stdlib.h>
#include <unistd.h>

/* Variables that let go of what they hold when they leave scope; sb_steal_fd hands it on instead. */
#define SB_OWNED_FD __attribute__((cleanup(sb_close_owned))) int
#define SB_OWNED_MEMORY __attribute__((cleanup(sb_free_owned)))

static inline void sb_close_owned(const int *fd) {
  if (*fd >= 0)
    (void)close(*fd);
}

static inline void sb_free_owned(void *pointer) {
  free(*(void **)pointer);
}

static inline int sb_steal_fd(int *fd) {
  int stolen = *fd;

  *fd = -1;
  return stolen;
}

static inline void sb_close_and_forget(int *fd) {
  sb_close_owned(fd);
  *fd = -1;
}

#endif
