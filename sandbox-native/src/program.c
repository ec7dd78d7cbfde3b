// SPDX-License-Identifier: MIT
#include "program.h"
#include "landlock_abi.h"
#include "owned.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#define OWN_PROGRAM "/proc/self/exe"
#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
#define FD_WORD_BYTES 16
#define COPY_CHUNK_BYTES (1U << 20)

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

/* Whether the payload's user could change the file: its content, or its mode, which needs no more than owning it. */
static bool is_in_payloads_power(int program) {
  struct stat file;

  if (geteuid() == 0 || fcntl(program, F_GET_SEALS) == SEALS)
    return false;
  return fstat(program, &file) < 0 || file.st_uid == geteuid() || faccessat(program, "", W_OK, AT_EMPTY_PATH) == 0;
}

/* Kernels before 6.3 do not know MFD_EXEC and refuse it; newer ones may demand it. */
static int new_memory_file(const char *name, unsigned flags) {
  int file = memfd_create(name, flags | MFD_EXEC);

  return file < 0 && errno == EINVAL ? memfd_create(name, flags) : file;
}

static int copy_program(int program, struct sb_error *err) {
  SB_OWNED_FD copy = new_memory_file("agentos-sandbox", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  ssize_t count = 1;

  while (copy >= 0 && count > 0)
    count = sendfile(copy, program, NULL, COPY_CHUNK_BYTES);
  if (copy < 0 || count < 0 || fcntl(copy, F_ADD_SEALS, SEALS) < 0)
    return sb_fail(err, errno,
                   "cannot run from a copy in memory, which is needed because this host has no Landlock and this "
                   "program belongs to the user of the sandbox; give it to root, or set vm.memfd_noexec=0");
  return sb_steal_fd(&copy);
}

/* The plan once more, for the program that is started anew. The descriptor is inherited. */
static int copy_plan(const char *bytes, size_t length, struct sb_error *err) {
  SB_OWNED_FD plan = memfd_create("plan", MFD_CLOEXEC);

  if (plan < 0 || write(plan, bytes, length) != (ssize_t)length || lseek(plan, 0, SEEK_SET) < 0 ||
      fcntl(plan, F_SETFD, 0) < 0)
    return sb_fail(err, errno, "cannot keep the plan in memory");
  return sb_steal_fd(&plan);
}

int sb_program_protect(const struct sb_plan *plan, char **arguments, const char *bytes, size_t length,
                       struct sb_error *err) {
  SB_OWNED_FD program = -1;
  SB_OWNED_FD copy = -1;
  SB_OWNED_FD words = -1;
  char number[FD_WORD_BYTES];
  char *const with_plan[] = {arguments[0], "--plan-fd", number, NULL};

  if (plan->mode == SB_MODE_SUPERVISE || (plan->landlock != SB_LANDLOCK_NONE && sb_landlock_abi() > 0))
    return 0;
  program = open(OWN_PROGRAM, O_RDONLY | O_CLOEXEC);
  if (program < 0)
    return sb_fail(err, errno, "cannot open " OWN_PROGRAM "; is /proc mounted here?");
  if (!is_in_payloads_power(program))
    return 0;
  copy = copy_program(program, err);
  words = copy < 0 || bytes == NULL ? -1 : copy_plan(bytes, length, err);
  if (copy < 0 || (bytes != NULL && words < 0))
    return -1;
  (void)snprintf(number, sizeof number, "%d", words);
  (void)execveat(copy, "", bytes == NULL ? arguments : with_plan, environ, AT_EMPTY_PATH);
  return sb_fail(err, errno, "cannot run from a copy in memory; is memory mounted noexec, or vm.memfd_noexec set?");
}
