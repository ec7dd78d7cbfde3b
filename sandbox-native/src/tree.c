// SPDX-License-Identifier: MIT
#include "tree.h"
#include "bounds.h"
#include "owned.h"
#include "syscalls.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* One line of the process table; pid and start time together name a process for good. */
struct entry {
  pid_t pid;
  pid_t parent;
  unsigned long long start;
  char state;
  bool below; /* a descendant */
};

struct table {
  struct entry *entries;
  size_t count;
  size_t room;
};

static bool read_entry(int proc, pid_t pid, struct entry *entry) {
  char path[32];
  char text[1024];
  const char *after_name;
  ssize_t length;
  SB_OWNED_FD file = -1;

  (void)snprintf(path, sizeof path, "%d/stat", (int)pid);
  file = openat(proc, path, O_RDONLY | O_CLOEXEC);
  length = file < 0 ? -1 : read(file, text, sizeof text - 1);
  if (length <= 0)
    return false;
  text[length] = '\0';
  /* The name, in parentheses, may hold anything, even parentheses and blanks. */
  after_name = strrchr(text, ')');
  if (after_name == NULL)
    return false;
  entry->pid = pid;
  entry->below = false;
  return sscanf(after_name + 1, " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
                &entry->state, &entry->parent, &entry->start) == 3;
}

static bool table_add(struct table *table, const struct entry *entry) {
  if (table->count == table->room) {
    size_t room = table->room == 0 ? 256 : table->room * 2;
    struct entry *entries = reallocarray(table->entries, room, sizeof *entries);

    if (entries == NULL)
      return false;
    table->entries = entries;
    table->room = room;
  }
  table->entries[table->count++] = *entry;
  return true;
}

static void table_read(int proc, struct table *table) {
  int copy = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *directory = copy < 0 ? NULL : fdopendir(copy);
  struct entry entry;

  table->count = 0;
  if (directory == NULL) {
    sb_close_owned(&copy);
    return;
  }
  for (const struct dirent *item = readdir(directory); item != NULL; item = readdir(directory)) {
    long pid = strtol(item->d_name, NULL, 10);

    /* When memory is short the rest is found in the next round. */
    if (pid > 0 && read_entry(proc, (pid_t)pid, &entry) && !table_add(table, &entry))
      break;
  }
  (void)closedir(directory);
}

static int by_pid(const void *left, const void *right) {
  pid_t a = ((const struct entry *)left)->pid;
  pid_t b = ((const struct entry *)right)->pid;

  return (a > b) - (a < b);
}

static bool is_below(const struct table *table, const struct entry *child) {
  struct entry key = {.pid = child->parent};
  const struct entry *parent = bsearch(&key, table->entries, table->count, sizeof key, by_pid);

  return child->parent == getpid() || (parent != NULL && parent->below);
}

/* Marks the descendants of this process: repeatedly, because a child may stand before its parent. */
static void table_mark(struct table *table) {
  bool more = table->count > 0;

  if (more)
    qsort(table->entries, table->count, sizeof *table->entries, by_pid);
  while (more) {
    more = false;
    for (size_t i = 0; i < table->count; i++) {
      struct entry *child = &table->entries[i];

      if (!child->below && is_below(table, child)) {
        child->below = true;
        more = true;
      }
    }
  }
}

/* Signals exactly the process that was seen, even when its pid has been given to another since. */
static int signal_entry(int proc, const struct entry *entry, int number) {
  SB_OWNED_FD pidfd = sb_pidfd_open(entry->pid);
  struct entry now;

  if (pidfd < 0 || !read_entry(proc, entry->pid, &now) || now.start != entry->start) {
    errno = ESRCH;
    return -1;
  }
  return sb_pidfd_send_signal(pidfd, number);
}

static bool is_done(const struct entry *entry, int number) {
  return entry->state == 'Z' || (number == SIGSTOP && (entry->state == 'T' || entry->state == 't'));
}

/* Signals what is below, but where the signal has done its work, and returns how many that were. Dead children of our
 * own are reaped. */
static size_t signal_all(int proc, pid_t spare, int number, struct table *table) {
  size_t signalled = 0;

  table_read(proc, table);
  table_mark(table);
  for (size_t i = 0; i < table->count; i++) {
    const struct entry *entry = &table->entries[i];

    if (!entry->below || entry->pid == spare)
      continue;
    if (entry->state == 'Z' && entry->parent == getpid())
      (void)waitpid(entry->pid, NULL, WNOHANG);
    if (is_done(entry, number))
      continue;
    /* A program that has become another user cannot be signalled by this one; waiting for it would be for ever. */
    if (signal_entry(proc, entry, number) == 0 || errno != EPERM)
      signalled++;
  }
  return signalled;
}

void sb_tree_stop(int proc, pid_t spare) {
  struct table table = {0};

  /* Again, because a process may have forked after it was seen. Bounded, because one in the middle of a system call
   * that cannot be interrupted does not stop. */
  for (int round = 0; round < SB_TREE_STOP_ROUNDS && signal_all(proc, spare, SIGSTOP, &table) > 0; round++)
    (void)poll(NULL, 0, SB_TREE_PAUSE_MS);
  free(table.entries);
}

void sb_tree_continue(int proc, pid_t spare) {
  struct table table = {0};

  (void)signal_all(proc, spare, SIGCONT, &table);
  free(table.entries);
}

/* Whether this process has a child, even a dead one; a subreaper without one has no descendants either. */
static bool has_children(void) {
  siginfo_t info;

  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 || errno != ECHILD;
}

void sb_tree_kill(int proc, pid_t spare) {
  /* One look can miss a process whose parent ends while the table is read. Where all are this process's own in the end,
   * having no children is the proof; the bound is for those that cannot be seen or killed. */
  int quiet_rounds_max = spare == 0 ? SB_TREE_QUIET_ROUNDS_OWN : SB_TREE_QUIET_ROUNDS;
  struct table table = {0};

  for (int quiet = 0; quiet < quiet_rounds_max && has_children();) {
    quiet = signal_all(proc, spare, SIGKILL, &table) > 0 ? 0 : quiet + 1;
    (void)poll(NULL, 0, SB_TREE_PAUSE_MS);
  }
  free(table.entries);
}
