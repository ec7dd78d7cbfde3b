// SPDX-License-Identifier: MIT
#include "seccomp.h"
#include "seccomp_numbers.h"
#include "stages.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define LOAD_ARCHITECTURE (uint32_t)offsetof(struct seccomp_data, arch)
#define LOAD_CALL (uint32_t)offsetof(struct seccomp_data, nr)
/* The low half of an argument: both architectures are little-endian. */
#define LOAD_ARGUMENT(n) ((uint32_t)(offsetof(struct seccomp_data, args) + 8U * (unsigned)(n)))

#define FAIL_WITH(error) (SECCOMP_RET_ERRNO | ((unsigned)(error) & SECCOMP_RET_DATA))

/* A filter that grows; sized so that the whole table fits (checked where the table is built in). */
struct program {
  struct sock_filter *code;
  size_t length;
};

static void emit(struct program *program, uint16_t code, uint32_t operand, size_t if_true, size_t if_false) {
  program->code[program->length++] =
      (struct sock_filter){.code = code, .jt = (uint8_t)if_true, .jf = (uint8_t)if_false, .k = operand};
}

static void emit_load(struct program *program, uint32_t offset) {
  emit(program, BPF_LD | BPF_W | BPF_ABS, offset, 0, 0);
}

static void emit_return(struct program *program, uint32_t action) {
  emit(program, BPF_RET | BPF_K, action, 0, 0);
}

/* The part of a rule that looks at arguments and refuses; control falls off its end when the rule does not apply. */
static void emit_test(struct program *program, const struct sb_rule *rule) {
  switch (rule->kind) {
  case SB_RULE_REFUSE:
    break;
  case SB_RULE_REFUSE_MODE:
    emit_load(program, LOAD_ARGUMENT(rule->argument - 1));
    emit(program, BPF_JMP | BPF_JSET | BPF_K, rule->mask, 0, 3);
    emit_load(program, LOAD_ARGUMENT(rule->argument));
    emit(program, BPF_JMP | BPF_JSET | BPF_K, rule->values[0], 0, 1);
    break;
  case SB_RULE_REFUSE_BITS:
    emit_load(program, LOAD_ARGUMENT(rule->argument));
    emit(program, BPF_JMP | BPF_JSET | BPF_K, rule->values[0], 0, 1);
    break;
  case SB_RULE_REFUSE_EQUAL:
    emit_load(program, LOAD_ARGUMENT(rule->argument));
    emit(program, BPF_ALU | BPF_AND | BPF_K, rule->mask, 0, 0);
    emit(program, BPF_JMP | BPF_JEQ | BPF_K, rule->values[0], 0, 1);
    break;
  case SB_RULE_REFUSE_OTHERS:
    emit_load(program, LOAD_ARGUMENT(rule->argument));
    for (size_t i = 0; i < SB_RULE_VALUES; i++)
      emit(program, BPF_JMP | BPF_JEQ | BPF_K, rule->values[i], SB_RULE_VALUES - i, 0);
    break;
  }
  emit_return(program, FAIL_WITH(rule->number));
}

static void emit_rule(struct program *program, const struct sb_rule *rule) {
  size_t guard = program->length;

  emit(program, BPF_JMP | BPF_JEQ | BPF_K, rule->call, 0, 0);
  emit_test(program, rule);
  /* The test has overwritten the call's number, which the next rule compares. */
  if (rule->kind != SB_RULE_REFUSE)
    emit_load(program, LOAD_CALL);
  program->code[guard].jf = (uint8_t)(program->length - guard - 1);
}

/* Refused only where nothing else bounds what they make. */
static bool is_bounded(const char *name) {
  return strcmp(name, "shmget") == 0 || strcmp(name, "msgget") == 0;
}

static bool is_allowed(const char *name, const char *const *allowed, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (strcmp(allowed[i], name) == 0)
      return true;
  }
  return false;
}

size_t sb_seccomp_build(struct sock_filter filter[SB_FILTER_MAX], const char *const *allowed, size_t allowed_count,
                        bool sysv_bounded) {
  struct program program = {.code = filter, .length = 0};
  size_t count;
  const struct sb_rule *rules = sb_seccomp_rules(&count);

  /* Numbers mean other calls on other architectures (int 0x80 is one), so nothing can be judged there. */
  emit_load(&program, LOAD_ARCHITECTURE);
  emit(&program, BPF_JMP | BPF_JEQ | BPF_K, SB_AUDIT_ARCH, 1, 0);
  emit_return(&program, SECCOMP_RET_KILL_PROCESS);
  emit_load(&program, LOAD_CALL);
  /* x32 numbers are above every other, so this refuses them too. */
  emit(&program, BPF_JMP | BPF_JGT | BPF_K, sb_seccomp_highest(), 0, 1);
  emit_return(&program, FAIL_WITH(ENOSYS));
  for (size_t i = 0; i < count; i++) {
    if (!is_allowed(rules[i].name, allowed, allowed_count) && !(sysv_bounded && is_bounded(rules[i].name)))
      emit_rule(&program, &rules[i]);
  }
  emit_return(&program, SECCOMP_RET_ALLOW);
  return program.length;
}

int sb_stage_seccomp(struct sb_sandbox *sandbox, struct sb_error *err) {
  const struct sb_plan *plan = sandbox->plan;
  struct sock_filter filter[SB_FILTER_MAX];
  struct sock_fprog program = {.filter = filter};

  if (!plan->seccomp)
    return 0;
  program.len = (unsigned short)sb_seccomp_build(filter, plan->allowed_syscalls, plan->allowed_syscall_count,
                                                 sandbox->sysv_bounded);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
    return sb_fail(err, errno, "cannot load the seccomp filter; this needs a kernel with CONFIG_SECCOMP_FILTER");
  sb_layer_set(&sandbox->layers, SB_LAYER_SECCOMP, SB_LAYER_APPLIED, "%u instructions, %zu call%s let through",
               (unsigned)program.len, plan->allowed_syscall_count, plan->allowed_syscall_count == 1 ? "" : "s");
  return 0;
}
