// SPDX-License-Identifier: MIT
package io.agentos.kernel.posix;

import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.List;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/**
 * {@code posix_spawn} with a descriptor table that is stated in full: the child gets exactly the
 * descriptors listed, at 0, 1, 2, ... in that order, and an empty environment unless one is given.
 * {@code fork} in a JVM hangs; this does not.
 */
public final class Spawn {
  private static final LibC C = LibC.INSTANCE;
  private static final int POINTER_BYTES = 8;
  private static final int FILE_ACTIONS_BYTES = 80;
  private static final int ATTRIBUTES_BYTES = 336;
  private static final int SIGSET_BYTES = 128;
  private static final short SETSIGDEF_AND_SETSIGMASK = 0x04 | 0x08;

  private Spawn() {}

  /**
   * Starts a program.
   *
   * @param argv the program's path, absolute, then its arguments
   * @param environment NAME=VALUE entries
   * @param descriptors the parent's descriptors that become 0, 1, 2, ... of the child
   * @return the child's process id; the caller must reap it
   */
  public static int spawn(List<String> argv, List<String> environment, int... descriptors)
      throws ErrnoException {
    Pointer actions = Memory.allocateDirect(LibC.RUNTIME, FILE_ACTIONS_BYTES, true);
    Pointer attributes = Memory.allocateDirect(LibC.RUNTIME, ATTRIBUTES_BYTES, true);
    call("file_actions_init", C.posix_spawn_file_actions_init(actions.address()));
    call("attr_init", C.posix_spawnattr_init(attributes.address()));
    try {
      placeDescriptors(actions, descriptors);
      resetSignals(attributes);
      Strings arguments = new Strings(argv);
      Strings variables = new Strings(environment);
      Pointer pid = Memory.allocateDirect(LibC.RUNTIME, 4);
      int errno =
          C.posix_spawn(
              pid.address(),
              argv.get(0),
              actions.address(),
              attributes.address(),
              arguments.table.address(),
              variables.table.address());
      Reference.reachabilityFence(arguments); // their memory is used by address only
      Reference.reachabilityFence(variables);
      call(argv.get(0), errno);
      return pid.getInt(0);
    } finally {
      C.posix_spawn_file_actions_destroy(actions.address());
      C.posix_spawnattr_destroy(attributes.address());
    }
  }

  /**
   * Two rounds of dup2: first far above anything the final table uses, so that a source is never
   * overwritten before it is copied; then down to its place. The copies made by the second round
   * are not close-on-exec.
   */
  private static void placeDescriptors(Pointer actions, int[] descriptors) throws ErrnoException {
    int parking = parkingPlace(descriptors);
    for (int i = 0; i < descriptors.length; i++) {
      call(
          "adddup2",
          C.posix_spawn_file_actions_adddup2(actions.address(), descriptors[i], parking + i));
    }
    for (int i = 0; i < descriptors.length; i++) {
      call("adddup2", C.posix_spawn_file_actions_adddup2(actions.address(), parking + i, i));
    }
    call(
        "addclosefrom",
        C.posix_spawn_file_actions_addclosefrom_np(actions.address(), descriptors.length));
  }

  private static int parkingPlace(int[] descriptors) {
    int highest = descriptors.length;
    for (int fd : descriptors) {
      highest = Math.max(highest, fd);
    }
    return highest + 1;
  }

  /**
   * A JVM blocks and ignores signals of its own; the child starts with none blocked and all at
   * their default.
   */
  private static void resetSignals(Pointer attributes) throws ErrnoException {
    Pointer all = Memory.allocateDirect(LibC.RUNTIME, SIGSET_BYTES, true);
    Pointer none = Memory.allocateDirect(LibC.RUNTIME, SIGSET_BYTES, true);
    C.sigfillset(all.address());
    C.sigemptyset(none.address());
    call("setsigdefault", C.posix_spawnattr_setsigdefault(attributes.address(), all.address()));
    call("setsigmask", C.posix_spawnattr_setsigmask(attributes.address(), none.address()));
    call("setflags", C.posix_spawnattr_setflags(attributes.address(), SETSIGDEF_AND_SETSIGMASK));
    Reference.reachabilityFence(all);
    Reference.reachabilityFence(none);
  }

  /** The posix_spawn family returns the error number itself. */
  private static void call(String what, int errno) throws ErrnoException {
    if (errno != 0) {
      throw new ErrnoException("posix_spawn " + what, errno);
    }
  }

  /** A NULL-ended table of C strings; keeps what it points to reachable. */
  private static final class Strings {
    final Pointer table;
    private final Pointer characters;

    Strings(List<String> values) {
      byte[][] encoded = new byte[values.size()][];
      int total = 1;
      for (int i = 0; i < encoded.length; i++) {
        encoded[i] = values.get(i).getBytes(StandardCharsets.UTF_8);
        total += encoded[i].length + 1;
      }
      characters = Memory.allocateDirect(LibC.RUNTIME, total, true);
      table =
          Memory.allocateDirect(LibC.RUNTIME, (long) POINTER_BYTES * (encoded.length + 1), true);
      long offset = 0;
      for (int i = 0; i < encoded.length; i++) {
        characters.put(offset, encoded[i], 0, encoded[i].length);
        table.putAddress((long) POINTER_BYTES * i, characters.address() + offset);
        offset += encoded[i].length + 1L;
      }
    }
  }
}
