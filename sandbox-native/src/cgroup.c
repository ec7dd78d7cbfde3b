// SPDX-License-Identifier: MIT
#include "cgroup.h"
#include "bounds.h"
#include "owned.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/vfs.h>

static ssize_t read_file(int file, char *text, size_t size) {
  ssize_t count = pread(file, text, size - 1, 0);

  text[count < 0 ? 0 : count] = '\0';
  return count;
}

int sb_cgroup_open(const char *path, struct sb_error *err) {
  SB_OWNED_FD directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  SB_OWNED_FD members = -1;
  struct statfs system;
  char text[2];

  if (directory < 0 || fstatfs(directory, &system) < 0)
    return sb_fail(err, errno, "cannot open the cgroup '%s'", path);
  if (system.f_type != CGROUP2_SUPER_MAGIC)
    return sb_fail(err, 0, "'%s' is not in a cgroup v2 hierarchy", path);
  members = openat(directory, "cgroup.procs", O_RDONLY | O_CLOEXEC);
  if (members < 0 || read_file(members, text, sizeof text) < 0)
    return sb_fail(err, errno, "cannot see what runs in the cgroup '%s'", path);
  if (text[0] != '\0')
    return sb_fail(err, 0, "processes run in the cgroup '%s' already; give each run a leaf of its own", path);
  return sb_steal_fd(&directory);
}

static bool is_populated(int events) {
  char text[256];

  return read_file(events, text, sizeof text) > 0 && strstr(text, "populated 1") != NULL;
}

void sb_cgroup_kill(int cgroup) {
  SB_OWNED_FD kill = openat(cgroup, "cgroup.kill", O_WRONLY | O_CLOEXEC);
  SB_OWNED_FD events = openat(cgroup, "cgroup.events", O_RDONLY | O_CLOEXEC);
  struct pollfd change = {.fd = events, .events = POLLPRI};

  /* Most often nothing is left, because all processes were the sandbox's. */
  if (events < 0 || !is_populated(events))
    return;
  if (kill >= 0)
    (void)!write(kill, "1", 1);
  while (is_populated(events) && poll(&change, 1, SB_CGROUP_EMPTY_MS) > 0)
    continue;
}
