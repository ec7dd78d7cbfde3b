// SPDX-License-Identifier: MIT
package io.agentos.kernel.boot;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the configuration says of all sandboxes. */
final class SandboxConfig {
  static final String DEVICES = "sandbox.devices";

  /** As many as the helper takes. */
  private static final int MOST_DEVICES = 16;

  /** Below /dev, without parts that lead elsewhere, and not what every sandbox has of its own. */
  private static final String NAME =
      "/dev/(?!(null|zero|full|random|urandom|fd|stdin|stdout|stderr)$|shm/)"
          + "([A-Za-z0-9_:@+-][A-Za-z0-9._:@+-]*/)*[A-Za-z0-9_:@+-][A-Za-z0-9._:@+-]*";

  private SandboxConfig() {}

  static List<Path> devices(JsonNode value) throws BootException {
    List<Path> devices = new ArrayList<>();
    if (!value.isMissingNode() && (!value.isArray() || value.size() > MOST_DEVICES)) {
      throw new BootException(
          DEVICES
              + " must be a list of at most "
              + MOST_DEVICES
              + " paths, such as [\"/dev/kvm\"]");
    }
    for (JsonNode device : value) {
      String text = device.asText();
      if (!device.isTextual() || !text.matches(NAME) || devices.contains(Path.of(text))) {
        throw new BootException(
            DEVICES
                + ": \""
                + text
                + "\" must be the path of a device below /dev, such as \"/dev/kvm\", once, and not one that every sandbox has");
      }
      devices.add(Path.of(text));
    }
    return List.copyOf(devices);
  }
}
