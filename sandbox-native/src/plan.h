// SPDX-License-Identifier: MIT
#ifndef SB_PLAN_H
#define SB_PLAN_H

#include "bounds.h"
#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

/* How the payload is confined. The values are bits because an option names the modes in which it makes sense. */
enum sb_mode { SB_MODE_SANDBOX = 1, SB_MODE_JOIN = 2, SB_MODE_SUPERVISE = 4 };

enum sb_mount_kind { SB_MOUNT_BIND, SB_MOUNT_TMPFS, SB_MOUNT_DIRECTORY, SB_MOUNT_SYMLINK, SB_MOUNT_PROC, SB_MOUNT_DEV };

enum sb_landlock { SB_LANDLOCK_AUTO, SB_LANDLOCK_REQUIRE, SB_LANDLOCK_NONE };

/* One mount word, carried out in the order given. */
struct sb_mount {
  enum sb_mount_kind kind;
  bool read_only;
  bool optional;      /* skipped when the source does not exist */
  bool owned;         /* the owner on disk is seen as the inside user */
  int given;          /* the caller's descriptor of the source, or -1 */
  int tree;           /* the source as a detached mount, once opened; else -1 */
  const char *source; /* where it is given by a descriptor, its destination */
  const char *destination;
  unsigned long long bytes;
  unsigned long long inodes;
};

/* One more character device. */
struct sb_device {
  int given; /* the caller's descriptor of it */
  int tree;  /* as a mount's */
  const char *destination;
};

/* One port of the sandbox's loopback interface that is handed out: a TCP listener, or a UDP socket. */
struct sb_listener {
  unsigned short port;
  bool datagrams;
};

/* One resource limit: soft and hard become `value`. */
struct sb_rlimit {
  const char *name;
  int resource;
  bool given;
  rlim_t value;
};

#define SB_RLIMIT_COUNT 10

/* Everything that the helper was told. Strings point into the words that it was parsed from. */
struct sb_plan {
  enum sb_mode mode;
  uid_t uid;
  gid_t gid;
  bool map_uid_given;
  bool map_gid_given;
  bool run_as_given;
  uid_t map_uid;
  gid_t map_gid;
  uid_t run_as_uid;
  gid_t run_as_gid;
  const char *hostname;
  bool share_net;
  const char *cgroup; /* or NULL */
  int oom_score;      /* at least; 0 to 1000 */
  const char *chdir;
  char **environment; /* NAME=VALUE, ended by NULL */
  size_t environment_count;
  struct sb_rlimit limits[SB_RLIMIT_COUNT];
  struct sb_mount *mounts;
  size_t mount_count;
  struct sb_device *devices;
  size_t device_count;
  int given[SB_GIVEN_MAX]; /* every descriptor of a source */
  size_t given_count;
  bool seccomp;
  const char **allowed_syscalls;
  size_t allowed_syscall_count;
  enum sb_landlock landlock;
  struct sb_listener listeners[SB_LISTENERS_MAX]; /* with listen_fd */
  size_t listener_count;
  int listen_fd; /* or -1, as the three below */
  int join_fd;
  int status_fd;
  int control_fd;
  char *const *command; /* ended by NULL */
};

/* Words as they came: `list` has `count` entries and a NULL after the last. */
struct sb_words {
  char **list;
  size_t count;
};

/* Sets *plan to the defaults and reads the words into it. sb_plan_release lets go of what this allocated, also when it
 * failed. */
int sb_plan_parse(struct sb_plan *plan, const struct sb_words *words, struct sb_error *err);
void sb_plan_release(struct sb_plan *plan);

/* Where the refusal of a plan that cannot be parsed is to be reported, or -1. Takes the first --status-fd that names an
 * open descriptor, because what came before it may be what is wrong with the plan. */
int sb_plan_status_fd(const struct sb_words *words);

/* Splits `length` bytes of NUL-ended words in place. The list is allocated; the words are not copied. */
int sb_words_split(struct sb_words *words, char *bytes, size_t length, struct sb_error *err);

/* Reads a whole plan from a descriptor. *ret_bytes is allocated. */
int sb_plan_read(int fd, char **ret_bytes, size_t *ret_length, struct sb_error *err);

/* Whether host ids other than the caller's own are mapped, which only root can do. */
static inline bool sb_plan_maps_ids(const struct sb_plan *plan) {
  return plan->map_uid_given;
}

#endif
