// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.base.ByteSize;
import io.agentos.kernel.sandbox.ResourceLimits;
import io.agentos.kernel.wire.SyscallException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Limits as SPAWN has them.
 *
 * @param memory bytes, or text such as {@code "256M"}
 * @param cpuQuota microseconds per 100 ms; or {@code cpu} in cores
 * @param wallTime seconds
 */
public record LimitsRequest(
    @Nullable JsonNode memory,
    @Nullable JsonNode memoryHigh,
    @Nullable Long cpuQuota,
    @Nullable Double cpu,
    @Nullable Integer maxPids,
    @Nullable Double wallTime,
    @Nullable Integer nofile) {
  private static final long LEAST_MEMORY = 4L << 20;
  private static final double LEAST_CPU = 0.01;
  private static final double PERIOD_MICROS = 100_000;
  private static final int MOST_PIDS = 1 << 22;
  private static final int LEAST_NOFILE = 16;
  private static final int MOST_NOFILE = 1 << 20;
  private static final double LONGEST_SECONDS = 366.0 * 86_400;

  /** Checks each against what makes sense. */
  public ResourceLimits check() throws SyscallException {
    if (cpu != null && cpuQuota != null) {
      throw SyscallException.invalid(
          "limits: give cpu (cores) or cpu_quota (microseconds per 100 ms), not both");
    }
    Long max = bytes("memory", memory);
    Long high = bytes("memory_high", memoryHigh);
    if (max != null && high != null && high > max) {
      throw SyscallException.invalid("limits.memory_high must not be above limits.memory");
    }
    return new ResourceLimits(
        max,
        high,
        cores(),
        maxPids == null ? null : (int) within("max_pids", maxPids, 1, MOST_PIDS),
        wallTime == null
            ? null
            : Duration.ofMillis(
                Math.round(within("wall_time", wallTime, 0.001, LONGEST_SECONDS) * 1000)),
        nofile == null ? null : (int) within("nofile", nofile, LEAST_NOFILE, MOST_NOFILE));
  }

  private @Nullable Double cores() throws SyscallException {
    int most = 1024;
    if (cpuQuota != null) {
      return within("cpu_quota", cpuQuota, LEAST_CPU * PERIOD_MICROS, most * PERIOD_MICROS)
          / PERIOD_MICROS;
    }
    return cpu == null ? null : within("cpu", cpu, LEAST_CPU, most);
  }

  private static @Nullable Long bytes(String field, @Nullable JsonNode value)
      throws SyscallException {
    if (value == null || value.isNull()) {
      return null;
    }
    long bytes;
    if (value.isIntegralNumber() && value.canConvertToLong()) {
      bytes = value.longValue();
    } else if (value.isTextual()) {
      try {
        bytes = ByteSize.parse(value.textValue());
      } catch (IllegalArgumentException e) {
        throw SyscallException.invalid("limits." + field + ": " + e.getMessage());
      }
    } else {
      throw SyscallException.invalid(
          "limits." + field + " must be a number of bytes or text such as \"256M\", was " + value);
    }
    if (bytes < LEAST_MEMORY) {
      throw SyscallException.invalid(
          "limits." + field + " must be at least " + LEAST_MEMORY + " bytes (4M), was " + bytes);
    }
    return bytes;
  }

  private static double within(String field, double value, double least, double most)
      throws SyscallException {
    if (!(value >= least && value <= most)) {
      throw SyscallException.invalid(
          "limits."
              + field
              + " must be between "
              + shown(least)
              + " and "
              + shown(most)
              + ", was "
              + shown(value));
    }
    return value;
  }

  private static String shown(double value) {
    return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
  }

  /** The limits by their wire names. */
  public static Map<String, Object> describe(ResourceLimits limits) {
    Map<String, Object> named = new TreeMap<>();
    put(named, "memory", limits.memoryBytes());
    put(named, "memory_high", limits.memoryHighBytes());
    put(named, "cpu", limits.cpuCores());
    put(named, "max_pids", limits.maxPids());
    put(
        named,
        "wall_time",
        limits.wallTime() == null ? null : limits.wallTime().toMillis() / 1000.0);
    put(named, "nofile", limits.nofile());
    return named;
  }

  private static void put(Map<String, Object> map, String key, @Nullable Object value) {
    if (value != null) {
      map.put(key, value);
    }
  }
}
