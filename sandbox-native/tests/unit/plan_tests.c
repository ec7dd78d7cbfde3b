// SPDX-License-Identifier: MIT
#include "options.h"
#include "plan.h"
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct sb_plan plan;
static struct sb_error err;

/* Parses the words; what they allocate lives until the next call, so that a test can look at it. */
static int parse(const char *const *list) {
  struct sb_words words = {.list = (char **)(uintptr_t)list};

  sb_plan_release(&plan);
  while (list[words.count] != NULL)
    words.count++;
  return sb_plan_parse(&plan, &words, &err);
}

static bool refused_saying(const char *const *list, const char *text) {
  return parse(list) < 0 && strstr(err.text, text) != NULL;
}

/* As root a sandbox needs mapped ids, elsewhere it must not have any; --supervise-only needs neither. */
#define LOOSE "--supervise-only"

static void defaults_are_the_documented_ones(void) {
  CHECK(parse(WORDS(LOOSE, "/bin/true")) == 0);
  CHECK(plan.uid == 1000 && plan.gid == 1000);
  CHECK(strcmp(plan.hostname, "agent") == 0);
  CHECK(strcmp(plan.chdir, "/") == 0);
  CHECK(plan.seccomp && plan.landlock == SB_LANDLOCK_AUTO && !plan.share_net);
  CHECK(plan.status_fd == -1 && plan.control_fd == -1 && plan.join_fd == -1 && plan.listen_fd == -1);
  CHECK(plan.environment_count == 0 && plan.environment[0] == NULL);
}

static void command_keeps_its_own_dashes(void) {
  CHECK(parse(WORDS(LOOSE, "--", "--uid", "--", "x")) == 0);
  CHECK(strcmp(plan.command[0], "--uid") == 0);
  CHECK(strcmp(plan.command[1], "--") == 0);
  CHECK(plan.command[3] == NULL);
}

static void unknown_words_are_named(void) {
  CHECK(refused_saying(WORDS(LOOSE, "--unconfined", "x"), "'--unconfined' is not an option"));
  CHECK(refused_saying(WORDS(LOOSE, "-x", "x"), "'-x' is not an option"));
  CHECK(refused_saying(WORDS(LOOSE, "--UID", "1", "x"), "'--UID' is not an option"));
}

static void numbers_must_be_plain_and_in_range(void) {
  static const char *const wrong[] = {
      "",
      "-1",
      "+1",
      " 1",
      "1 ",
      "0x10",
      "1e3",
      "4294967295",
      "4294967296",
      "18446744073709551616",
      "99999999999999999999999",
  };

  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    CHECK(refused_saying(WORDS("--uid", wrong[i], "x"), "is not a whole number from 0 to 4294967294"));
  CHECK(refused_saying(WORDS("--map-uid", "0", "--map-gid", "1", "x"), "from 1 to"));
  CHECK(refused_saying(WORDS("--tmpfs", "/tmp", "0", "5", "x"), "--tmpfs: '0'"));
  CHECK(refused_saying(WORDS("--tmpfs", "/tmp", "4096", "0", "x"), "--tmpfs: '0'"));
  CHECK(refused_saying(WORDS("--dev", "/dev", "1", "x"), "--dev: '1'"));
}

static void missing_arguments_are_refused(void) {
  size_t count;
  const struct sb_option *options = sb_options(&count);

  for (size_t i = 0; i < count; i++) {
    if (options[i].arity > 0)
      CHECK(refused_saying(WORDS(options[i].name), "more word"));
  }
  CHECK(refused_saying(WORDS("--bind", "/a"), "--bind needs 2 more words"));
}

static void a_command_is_required(void) {
  CHECK(refused_saying(WORDS(LOOSE), "no command"));
  CHECK(refused_saying(WORDS(LOOSE, "--"), "no command"));
  CHECK(refused_saying(WORDS(LOOSE, ""), "no command"));
}

static void options_given_twice_are_refused(void) {
  CHECK(refused_saying(WORDS(LOOSE, "--chdir", "/", "--chdir", "/", "x"), "--chdir is given twice"));
  CHECK(refused_saying(WORDS(LOOSE, "--setenv", "A", "1", "--setenv", "A", "2", "x"), "A is set twice"));
  CHECK(refused_saying(WORDS(LOOSE, "--rlimit", "cpu", "1", "--rlimit", "cpu", "2", "x"), "cpu is given twice"));
}

static void options_of_another_mode_are_refused(void) {
  CHECK(
      refused_saying(WORDS(LOOSE, "--bind", "/a", "/a", "x"), "--bind cannot be used together with --supervise-only"));
  CHECK(refused_saying(WORDS(LOOSE, "--uid", "1", "x"), "--uid cannot be used"));
  CHECK(refused_saying(WORDS("--run-as", "1", "1", "x"), "--run-as cannot be used without --supervise-only"));
  CHECK(refused_saying(WORDS("--join-fd", "99", LOOSE, "x"), "99"));
}

static void a_listener_is_the_sandbox_s_own(void) {
  char fd[16];
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

  (void)snprintf(fd, sizeof fd, "%d", null);
  CHECK(refused_saying(WORDS("--listen", "0", fd, "x"), "from 1 to 65535"));
  CHECK(refused_saying(WORDS("--listen", "65536", fd, "x"), "from 1 to 65535"));
  CHECK(refused_saying(WORDS("--listen", "80", "2", "x"), "from 3 to"));
  CHECK(refused_saying(WORDS("--join-fd", fd, "--listen", "80", fd, "x"), "--listen cannot be used together"));
  CHECK(refused_saying(WORDS(LOOSE, "--listen", "80", fd, "x"), "--listen cannot be used together"));
  CHECK(refused_saying(WORDS("--listen", "80", fd, "--listen", "81", "99", "x"), "99"));
  CHECK(refused_saying(WORDS("--listen", "1", fd, "--listen", "2", fd, "--listen", "3", fd, "--listen", "4", fd, "--listen",
                             "5", fd, "x"),
                       "more than 4 listeners"));
  (void)close(null);
}

static void mount_words_are_refused_when_joining(void) {
  char fd[16];
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

  (void)snprintf(fd, sizeof fd, "%d", null);
  CHECK(refused_saying(WORDS("--join-fd", fd, "--tmpfs", "/t", "4096", "9", "x"), "--tmpfs cannot be used together"));
  CHECK(refused_saying(WORDS("--join-fd", fd, "--hostname", "h", "x"), "--hostname cannot be used together"));
  CHECK(refused_saying(WORDS("--join-fd", fd, LOOSE, "x"), "exclude each other"));
  CHECK(refused_saying(WORDS("--join-fd", fd, "--status-fd", fd, "x"), "shares its descriptor"));
  CHECK(parse(WORDS("--join-fd", fd, "x")) == 0);
  (void)close(null);
}

static void descriptors_must_be_open_and_above_stdio(void) {
  CHECK(refused_saying(WORDS(LOOSE, "--status-fd", "1", "x"), "from 3 to"));
  CHECK(refused_saying(WORDS(LOOSE, "--control-fd", "999999", "x"), "descriptor 999999 is not open"));
}

static void destinations_must_be_plain(void) {
  static const char *const wrong[] = {"", "tmp", "/", "//", "/a//b", "/a/", "/a/../b", "/..", "/.", "/a/."};

  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    CHECK(parse(WORDS("--dir", wrong[i], "x")) < 0);
  CHECK(refused_saying(WORDS("--ro-bind", "usr", "/usr", "x"), "not an absolute path"));
}

static void paths_longer_than_the_system_takes_are_refused(void) {
  static char path[SB_PLAN_PATH_BYTES_MAX + 2];

  memset(path, 'a', sizeof path - 1);
  path[0] = '/';
  CHECK(refused_saying(WORDS("--dir", path, "x"), "not an absolute path of at most"));
  CHECK(refused_saying(WORDS("--ro-bind", path, "/a", "x"), "not an absolute path of at most"));
}

static void more_mounts_than_the_limit_are_refused(void) {
  static const char *list[SB_PLAN_MOUNTS_MAX * 2 + 4];
  size_t at = 0;

  for (size_t i = 0; i <= SB_PLAN_MOUNTS_MAX; i++) {
    list[at++] = "--dir";
    list[at++] = "/d";
  }
  list[at] = "x";
  CHECK(refused_saying(list, "more than 512 mounts"));
}

static void more_words_than_the_limit_are_refused(void) {
  static const char *list[5001];

  for (size_t i = 0; i < 5000; i++)
    list[i] = "x";
  CHECK(refused_saying(list, "5000 words"));
}

static void names_of_variables_are_checked(void) {
  CHECK(refused_saying(WORDS(LOOSE, "--setenv", "", "1", "x"), "cannot name a variable"));
  CHECK(refused_saying(WORDS(LOOSE, "--setenv", "A=B", "1", "x"), "cannot name a variable"));
  CHECK(parse(WORDS(LOOSE, "--setenv", "AB", "1=2", "--setenv", "A", "", "x")) == 0);
  CHECK(strcmp(plan.environment[0], "AB=1=2") == 0);
  CHECK(strcmp(plan.environment[1], "A=") == 0);
}

static void choices_are_named_when_wrong(void) {
  CHECK(refused_saying(WORDS("--seccomp", "off", "x"), "neither default nor none"));
  CHECK(refused_saying(WORDS("--landlock", "yes", "x"), "none of auto, require and none"));
  CHECK(refused_saying(WORDS("--rlimit", "files", "1", "x"), "as core cpu data"));
  CHECK(refused_saying(WORDS("--rlimit", "cpu", "18446744073709551615", "x"), "not a whole number"));
  CHECK(refused_saying(WORDS("--allow-syscall", "read", "x"), "'read' is not a system call that the default"));
  CHECK(refused_saying(WORDS("--hostname", "", "x"), "1 to 63 bytes"));
}

static void refusals_find_the_status_descriptor_wherever_it_stands(void) {
  char fd[16];
  int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  struct sb_words words = {.list = (char *[]){"--unknown", "--status-fd", fd, "--", "x", NULL}, .count = 5};
  struct sb_words after = {.list = (char *[]){"--", "--status-fd", fd, NULL}, .count = 3};

  (void)snprintf(fd, sizeof fd, "%d", null);
  CHECK(sb_plan_status_fd(&words) == null);
  CHECK(sb_plan_status_fd(&after) == -1);
  (void)close(null);
}

/* Random plans of real words, wrong words and noise: none may crash, and each is accepted or has a reason. */
static void random_plans_are_parsed_or_refused_with_a_reason(void) {
  static const unsigned seed = 20260101;
  static const char *const noise[] = {"",  "-", "--",   "/",  "/a", "/a/b", "x",
                                      "0", "1", "4096", "-1", "A",  "none", "cpu"};
  unsigned random = seed;
  size_t count;
  const struct sb_option *options = sb_options(&count);

  for (int round = 0; round < 20000; round++) {
    const char *list[24];
    size_t length = (random >> 8) % 23;

    for (size_t i = 0; i < length; i++) {
      random = random * 1664525U + 1013904223U;
      list[i] = (random >> 16) % 2 == 0 ? options[(random >> 18) % count].name
                                        : noise[(random >> 18) % (sizeof noise / sizeof noise[0])];
    }
    list[length] = NULL;
    random = random * 1664525U + 1013904223U;
    err.text[0] = '\0';
    if (parse(list) < 0 && err.text[0] == '\0') {
      (void)printf("seed %u, round %d\n", seed, round);
      CHECK(err.text[0] != '\0');
    }
  }
  sb_plan_release(&plan);
}

const struct unit_test plan_tests[] = {
    TEST(defaults_are_the_documented_ones),
    TEST(command_keeps_its_own_dashes),
    TEST(unknown_words_are_named),
    TEST(numbers_must_be_plain_and_in_range),
    TEST(missing_arguments_are_refused),
    TEST(a_command_is_required),
    TEST(options_given_twice_are_refused),
    TEST(options_of_another_mode_are_refused),
    TEST(a_listener_is_the_sandbox_s_own),
    TEST(mount_words_are_refused_when_joining),
    TEST(descriptors_must_be_open_and_above_stdio),
    TEST(destinations_must_be_plain),
    TEST(paths_longer_than_the_system_takes_are_refused),
    TEST(more_mounts_than_the_limit_are_refused),
    TEST(more_words_than_the_limit_are_refused),
    TEST(names_of_variables_are_checked),
    TEST(choices_are_named_when_wrong),
    TEST(refusals_find_the_status_descriptor_wherever_it_stands),
    TEST(random_plans_are_parsed_or_refused_with_a_reason),
    {0},
};
