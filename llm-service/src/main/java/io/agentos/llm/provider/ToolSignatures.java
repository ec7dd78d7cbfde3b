// SPDX-License-Identifier: MIT
package io.agentos.llm.provider;

import io.agentos.llm.base.Limits;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Remembers the signed thoughts that came with calls of tools. Some models refuse a conversation
 * that quotes their calls without them, and the contract with the kernel has no place for them.
 */
public final class ToolSignatures {
  private record Key(String caller, String callId) {}

  private final Map<Key, byte[]> signatures =
      new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, byte[]> eldest) {
          return size() > Limits.SIGNATURES_MAX;
        }
      };

  public synchronized void remember(String caller, String callId, byte[] signature) {
    if (signature.length <= Limits.SIGNATURE_BYTES_MAX) {
      signatures.put(new Key(caller, callId), signature);
    }
  }

  public synchronized Optional<byte[]> find(String caller, String callId) {
    return Optional.ofNullable(signatures.get(new Key(caller, callId)));
  }
}
