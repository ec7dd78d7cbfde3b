// SPDX-License-Identifier: MIT
#include "descriptors.h"
#include "owned.h"
#include "syscalls.h"

#include <errno.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

void sb_fill_stdio(void) {
  int fd;

  do {
    fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  } while (fd >= 0 && fd <= STDERR_FILENO && fcntl(fd, F_SETFD, 0) == 0);
  sb_close_owned(&fd);
}

/* The lowest kept descriptor that is not below `from`, or -1. */
static int next_kept(const int *kept, size_t count, int from) {
  int lowest = -1;

  for (size_t i = 0; i < count; i++) {
    if (kept[i] >= from && (lowest < 0 || kept[i] < lowest))
      lowest = kept[i];
  }
  return lowest;
}

int sb_close_others(const int *kept, size_t count, struct sb_error *err) {
  int from = STDERR_FILENO + 1;

  for (int next = next_kept(kept, count, from); next >= 0; next = next_kept(kept, count, from)) {
    if (next > from && sb_close_range((unsigned)from, (unsigned)next - 1, 0) < 0)
      return sb_fail(err, errno, "cannot close inherited descriptors; this program needs Linux 5.14");
    (void)fcntl(next, F_SETFD, FD_CLOEXEC);
    from = next + 1;
  }
  if (sb_close_range((unsigned)from, ~0U, 0) < 0)
    return sb_fail(err, errno, "cannot close inherited descriptors; this program needs Linux 5.14");
  return 0;
}

void sb_release_stdio(int null) {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    (void)dup2(null, fd);
}

int sb_give_stdio(uid_t uid, gid_t gid, struct sb_error *err) {
  struct statfs system;

  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
    /* A pipe with a name is a file of the host's, whose owner is none of our business. */
    if (fstatfs(fd, &system) < 0 || system.f_type != PIPEFS_MAGIC)
      continue;
    if (fchown(fd, uid, gid) < 0)
      return sb_fail(err, errno, "cannot give the pipe of descriptor %d to uid %u", fd, uid);
  }
  return 0;
}
