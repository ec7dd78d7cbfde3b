// SPDX-License-Identifier: MIT
#include "layers.h"

#include <stdarg.h>
#include <stdio.h>

const char *sb_layer_name(enum sb_layer layer) {
  static const char *const names[SB_LAYER_COUNT] = {
      [SB_LAYER_USER] = "user",
      [SB_LAYER_MOUNT] = "mount",
      [SB_LAYER_PID] = "pid",
      [SB_LAYER_NET] = "net",
      [SB_LAYER_UTS] = "uts",
      [SB_LAYER_IPC] = "ipc",
      [SB_LAYER_CGROUP_NS] = "cgroup-ns",
      [SB_LAYER_CGROUP] = "cgroup",
      [SB_LAYER_PROC_HIDDEN] = "proc-hidden",
      [SB_LAYER_CAPS] = "caps",
      [SB_LAYER_NO_NEW_PRIVS] = "no-new-privs",
      [SB_LAYER_SECCOMP] = "seccomp",
      [SB_LAYER_LANDLOCK] = "landlock",
      [SB_LAYER_RLIMITS] = "rlimits",
      [SB_LAYER_IDMAP] = "idmap",
  };

  return names[layer];
}

const char *sb_layer_state_name(enum sb_layer_state state) {
  static const char *const names[] = {
      [SB_LAYER_OFF] = "off",
      [SB_LAYER_APPLIED] = "applied",
      [SB_LAYER_UNAVAILABLE] = "unavailable",
  };

  return names[state];
}

void sb_layer_set(struct sb_layers *layers, enum sb_layer layer, enum sb_layer_state state, const char *format, ...) {
  va_list arguments;

  layers->state[layer] = state;
  va_start(arguments, format);
  (void)vsnprintf(layers->text[layer], sizeof layers->text[layer], format, arguments);
  va_end(arguments);
}
