// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.wire.SyscallException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The providers that the service has, as it said when it was ready. */
record Models(ModelId standard, Map<String, Provider> providers) {
  /** A provider's kind, its own default model, and whether it has what it needs, such as a key. */
  record Provider(String kind, String model, boolean usable) {}

  static Models of(JsonNode ready) {
    Map<String, Provider> providers = new LinkedHashMap<>();
    for (JsonNode provider : ready.path("providers")) {
      providers.put(
          provider.path("name").asText(),
          new Provider(
              provider.path("kind").asText(),
              provider.path("model").asText(),
              provider.path("usable").asBoolean(true)));
    }
    String name = ready.path("provider").asText();
    String model = ready.path("model").asText();
    providers.putIfAbsent(name, new Provider(name, model, /* usable= */ true));
    return new Models(new ModelId(name, model), providers);
  }

  /**
   * What a caller means: {@code provider/model}, or a model of the default provider.
   *
   * @throws SyscallException INVALID_REQUEST when a provider is named without a model
   */
  ModelId resolve(Optional<String> asked) throws SyscallException {
    if (asked.isEmpty()) {
      return standard;
    }
    String name = asked.get();
    int slash = name.indexOf('/');
    if (slash < 0 || !providers.containsKey(name.substring(0, slash))) {
      return new ModelId(standard.provider(), name);
    }
    if (slash == name.length() - 1) {
      throw SyscallException.invalid(
          "model \"" + name + "\" names a provider but no model; write provider/model");
    }
    return new ModelId(name.substring(0, slash), name.substring(slash + 1));
  }

  boolean isFree(ModelId model) {
    Provider provider = providers.get(model.provider());
    return provider != null && provider.kind().equals("offline");
  }
}
