// SPDX-License-Identifier: MIT
#ifndef SB_BOUNDS_H
#define SB_BOUNDS_H

#include <stdint.h>

/* Every bound of the program, in one place. */

/* The plan. */
#define SB_PLAN_BYTES_MAX (1024U * 1024U)
#define SB_PLAN_WORDS_MAX 4096U
#define SB_PLAN_MOUNTS_MAX 512U
#define SB_PLAN_PATH_BYTES_MAX 4095U
#define SB_HOSTNAME_BYTES_MAX 63U
#define SB_ID_MAX 4294967294ULL /* 2^32 - 1 means "no id" to the system */
#define SB_FD_MAX 1048575ULL
#define SB_TMPFS_BYTES_MIN 4096ULL /* 0 would mean "unlimited" to tmpfs */
#define SB_TMPFS_BYTES_MAX (1ULL << 44)
#define SB_TMPFS_INODES_MIN 2ULL
#define SB_TMPFS_INODES_MAX (1ULL << 32)
#define SB_OOM_SCORE_MAX 1000
#define SB_PORT_MAX 65535ULL

/* What System V IPC of a sandbox may hold. A page has at least 4096 bytes, in which shmall counts. */
#define SB_SYSV_SHM_BYTES (64UL * 1024UL * 1024UL)
#define SB_SYSV_QUEUES 64UL
#define SB_SYSV_QUEUE_BYTES 16384UL /* what a new IPC namespace has: MSGMNB */

/* Devices beyond the five that every /dev has. */
#define SB_DEVICES_MAX 16U

/* Sources that can be given by a descriptor. */
#define SB_GIVEN_MAX 96U

/* Ports that a sandbox can have a listener at. */
#define SB_LISTENERS_MAX 4

/* Connections to a listener that wait to be accepted. */
#define SB_LISTEN_BACKLOG 256

/* The sandbox's own root and /dev: room for directories, mount points and links, nothing else. */
#define SB_ROOT_BYTES (1024ULL * 1024ULL)
#define SB_ROOT_INODES 8192ULL
#define SB_DEV_BYTES (64ULL * 1024ULL)
#define SB_DEV_INODES 64ULL
#define SB_SHM_INODES 16384ULL

/* Resource limits that hold unless the plan says otherwise. */
#define SB_NOFILE_SOFT 1024ULL
#define SB_MEMLOCK_BYTES (64ULL * 1024ULL)

/* Status records are shorter than PIPE_BUF, so that each is written in one piece. */
#define SB_RECORD_BYTES_MAX 4095U

/* How long a supervisor inside may take to obey before it is killed itself. */
#define SB_KILL_PATIENCE_MS 2000
/* How long to wait for a cgroup to report that it is empty after cgroup.kill. */
#define SB_CGROUP_EMPTY_MS 5000
/* A pause between two looks at the process tree while processes stop or die. */
#define SB_TREE_PAUSE_MS 1
/* After how many looks that find nothing to kill a tree counts as empty: when another process is its reaper, and when
 * this one is but still has children. */
#define SB_TREE_QUIET_ROUNDS 3
#define SB_TREE_QUIET_ROUNDS_OWN 500
/* How often to look for processes that have not stopped yet. */
#define SB_TREE_STOP_ROUNDS 200

#endif
