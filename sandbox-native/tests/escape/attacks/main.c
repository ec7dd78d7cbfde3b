// SPDX-License-Identifier: MIT
/* Tries what a sandboxed program must not be able to do.
 *
 *   attacks --list              one line an attack: group, name, needs, design
 *   attacks KEY=VALUE...        tries them all; one line each: name, outcome, detail. Keys: victim inode secret scratch
 *                               outside (=1)
 *
 * Fields are separated by tabs. Outcomes: reached, refused, mistaken. */
#include "attack.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ATTACK_SECONDS 20
#define LINE_BYTES 512

static const struct attack *const lists[] = {namespace_attacks, mount_attacks,  privilege_attacks, limit_attacks,
                                             process_attacks,   kernel_attacks, machine_attacks,   socket_attacks};

#define LISTS (sizeof lists / sizeof lists[0])

/* What the system answers to somebody who may not, or for whom a thing does not exist. */
static const int refusals[] = {EACCES, EAFNOSUPPORT, EAGAIN, ECONNREFUSED, ENOENT, ENOSYS, ENXIO, EPERM, EROFS, ESRCH};

int reached_if(long result, int number) {
  return result >= 0 || errno == number ? 0 : -1;
}

int came_to_nothing(void) {
  errno = EPERM;
  return -1;
}

int in_own_mounts(const struct target *target) {
  if (!target->outside)
    return 0;
  if (unshare(CLONE_NEWNS) < 0)
    return -1;
  return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static bool is_refusal(int number) {
  for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
    if (refusals[i] == number)
      return true;
  }
  return false;
}

/* Written in one piece: what a buffer holds is lost, or told twice, when processes fork and die. */
__attribute__((format(printf, 1, 2))) static void say(const char *format, ...) {
  char line[LINE_BYTES];
  va_list arguments;

  va_start(arguments, format);
  (void)vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  (void)!write(STDOUT_FILENO, line, strlen(line));
}

static void report(const struct attack *attack, int status) {
  int number = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
    say("%s\trefused\tended by SIGSYS\n", attack->name);
  else if (WIFSIGNALED(status))
    say("%s\tmistaken\t%s\n", attack->name,
        WTERMSIG(status) == SIGKILL ? "took too long" : strsignal(WTERMSIG(status)));
  else if (number == 0)
    say("%s\treached\t\n", attack->name);
  else
    say("%s\t%s\t%s\n", attack->name, is_refusal(number) ? "refused" : "mistaken", strerrorname_np(number));
}

/* Waits for the child, and ends it when it takes too long. */
static int await(pid_t child) {
  const struct timespec longest = {.tv_sec = ATTACK_SECONDS};
  sigset_t ended;
  int status = 0;

  (void)sigemptyset(&ended);
  (void)sigaddset(&ended, SIGCHLD);
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (sigtimedwait(&ended, NULL, &longest) < 0 && errno == EAGAIN)
      (void)kill(child, SIGKILL);
  }
  return status;
}

/* A clone without a stack of its own returns twice: only the first process may go on. */
static void attempt(const struct attack *attack, const struct target *target) {
  pid_t child = fork();
  pid_t self;
  int result;

  if (child == 0) {
    self = getpid();
    errno = 0;
    result = attack->run(target) == 0 ? 0 : errno;
    _exit(getpid() == self ? result : 0);
  }
  if (child < 0)
    say("%s\tmistaken\tcannot fork: %s\n", attack->name, strerrorname_np(errno));
  else
    report(attack, await(child));
}

static bool take(struct target *target, const char *word) {
  const char *value = strchr(word, '=');

  if (value++ == NULL)
    return false;
  if (strncmp(word, "victim=", 7) == 0)
    target->victim = (pid_t)strtol(value, NULL, 10);
  else if (strncmp(word, "inode=", 6) == 0)
    target->inode = strtoull(value, NULL, 10);
  else if (strncmp(word, "secret=", 7) == 0)
    target->secret = value;
  else if (strncmp(word, "scratch=", 8) == 0)
    target->scratch = value;
  else if (strcmp(word, "outside=1") == 0)
    target->outside = true;
  else
    return false;
  return true;
}

static void list_all(void) {
  for (size_t i = 0; i < LISTS; i++) {
    for (const struct attack *attack = lists[i]; attack->group != NULL; attack++)
      say("%s\t%s\t%s\t%s\n", attack->group, attack->name, attack->needs, attack->design);
  }
}

int main(int count, char **arguments) {
  struct target target = {.victim = -1, .secret = "", .scratch = "/tmp"};
  sigset_t ended;

  if (count == 2 && strcmp(arguments[1], "--list") == 0) {
    list_all();
    return 0;
  }
  for (int i = 1; i < count; i++) {
    if (!take(&target, arguments[i])) {
      (void)fprintf(stderr, "attacks: '%s' is not a word of this program\n", arguments[i]);
      return 2;
    }
  }
  (void)sigemptyset(&ended);
  (void)sigaddset(&ended, SIGCHLD);
  (void)sigprocmask(SIG_BLOCK, &ended, NULL);
  for (size_t i = 0; i < LISTS; i++) {
    for (const struct attack *attack = lists[i]; attack->group != NULL; attack++)
      attempt(attack, &target);
  }
  return 0;
}
