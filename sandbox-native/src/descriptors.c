// SPDX-License-Identifier: MIT
#include "descriptors.h"
#include "owned.h"
#include "syscalls.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

void sb_fill_stdio(void) {
  int fd;

  do {
    fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  } while (fd >= 0 && fd <= STDERR_FILENO && fcntl(fd, F_SETFD, 0) == 0);
  sb_close_owned(&fd);
}

static int compare(const void *left, const void *right) {
  int a = *(const int *)left;
  int b = *(const int *)right;

  return (a > b) - (a < b);
}

int sb_close_others(const struct sb_plan *plan, struct sb_error *err) {
  int kept[] = {plan->join_fd, plan->status_fd, plan->control_fd};
  unsigned next = 3;

  qsort(kept, sizeof kept / sizeof kept[0], sizeof kept[0], compare);
  for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
    if (kept[i] < 0)
      continue;
    if ((unsigned)kept[i] > next && sb_close_range(next, (unsigned)kept[i] - 1, 0) < 0)
      return sb_fail(err, errno, "cannot close inherited descriptors; this program needs Linux 5.14");
    (void)fcntl(kept[i], F_SETFD, FD_CLOEXEC);
    next = (unsigned)kept[i] + 1;
  }
  if (sb_close_range(next, ~0U, 0) < 0)
    return sb_fail(err, errno, "cannot close inherited descriptors; this program needs Linux 5.14");
  return 0;
}

void sb_release_stdio(int null) {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    (void)dup2(null, fd);
}
