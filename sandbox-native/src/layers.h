// SPDX-License-Identifier: MIT
#ifndef SB_LAYERS_H
#define SB_LAYERS_H

#define SB_LAYER_TEXT_BYTES 96

/* The layers of a sandbox in the order in which they are reported. */
enum sb_layer {
  SB_LAYER_USER,
  SB_LAYER_MOUNT,
  SB_LAYER_PID,
  SB_LAYER_NET,
  SB_LAYER_UTS,
  SB_LAYER_IPC,
  SB_LAYER_CGROUP_NS,
  SB_LAYER_CGROUP,
  SB_LAYER_PROC_HIDDEN,
  SB_LAYER_CAPS,
  SB_LAYER_NO_NEW_PRIVS,
  SB_LAYER_SECCOMP,
  SB_LAYER_LANDLOCK,
  SB_LAYER_RLIMITS,
  SB_LAYER_IDMAP,
  SB_LAYER_COUNT
};

enum sb_layer_state { SB_LAYER_OFF, SB_LAYER_APPLIED, SB_LAYER_UNAVAILABLE };

/* What each layer came to; all zero means that every layer is off. */
struct sb_layers {
  enum sb_layer_state state[SB_LAYER_COUNT];
  char text[SB_LAYER_COUNT][SB_LAYER_TEXT_BYTES];
};

const char *sb_layer_name(enum sb_layer layer);
const char *sb_layer_state_name(enum sb_layer_state state);

/* Records the state of one layer with a short text for a person; the text may be "". */
void sb_layer_set(struct sb_layers *layers, enum sb_layer layer, enum sb_layer_state state, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
