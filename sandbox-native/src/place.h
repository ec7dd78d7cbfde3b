// SPDX-License-Identifier: MIT
#ifndef SB_PLACE_H
#define SB_PLACE_H

#include "bounds.h"
#include "error.h"

#include <sys/types.h>

/* Places below a root. Every part of a path is looked up by descriptor, without following a symbolic link and without
 * leaving the root: what a payload left in a folder earlier cannot redirect a mount.
 *
 * The parent of the last place stays open, as the next one is mostly beside it. Nothing is mounted over it meanwhile:
 * what would be is a place with another parent. */
struct sb_places {
  int root;
  int parent;                               /* or -1 */
  char parents[SB_PLAN_PATH_BYTES_MAX + 1]; /* the path of `parent` below the root, without the slashes around it */
};

/* To be initialised with a root and no parent, -1. */
#define SB_PLACES __attribute__((cleanup(sb_places_end))) struct sb_places
void sb_places_end(struct sb_places *places);

/* Opens the directory, making it and its parents where they are missing. The descriptor is an O_PATH one. */
int sb_place_directory(struct sb_places *places, const char *path, struct sb_error *err);

/* As above, for a place where no directory will be mounted; a missing one becomes an empty file. */
int sb_place_file(struct sb_places *places, const char *path, struct sb_error *err);

/* Makes a symbolic link; its parents are made where they are missing. */
int sb_place_symlink(struct sb_places *places, const char *target, const char *path, struct sb_error *err);

/* What a new tmpfs may hold. */
struct sb_tmpfs {
  unsigned long long bytes;
  unsigned long long inodes;
  mode_t mode;
};

/* Makes a tmpfs that is attached nowhere yet; `attributes` are MOUNT_ATTR bits. */
int sb_new_tmpfs(const struct sb_tmpfs *shape, unsigned attributes, struct sb_error *err);

/* Makes a /proc that shows processes only, and of these only what the reader may look into; attached nowhere yet. */
int sb_new_proc(struct sb_error *err);

/* Attaches a mount that is attached nowhere to the opened place; `path` is for the error. */
int sb_attach(int mount, int place, const char *path, struct sb_error *err);

/* Makes one attached mount read-only. */
int sb_make_read_only(int mount, const char *path, struct sb_error *err);

#endif
