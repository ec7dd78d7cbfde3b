// SPDX-License-Identifier: MIT
package io.agentos.cli;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Hears Ctrl-C, SIGTERM and SIGHUP instead of dying of them. The JDK's only way is {@code
 * sun.misc.Signal}; it is reached by name, as the compiler takes no direct use of it. Where it is
 * missing, signals end the process as ever.
 */
final class Interrupts {
  private static final String[] SIGNALS = {"INT", "TERM", "HUP"};

  private Interrupts() {}

  /**
   * From now on {@code action} is told of each signal, on a thread of its own: 1 for the first, 2
   * for the second, and so on.
   */
  static void hear(IntConsumer action) {
    AtomicInteger count = new AtomicInteger();
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object listener =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  action.accept(count.incrementAndGet());
                  return null;
                }
                return method.invoke(action, arguments);
              });
      for (String name : SIGNALS) {
        signal
            .getMethod("handle", signal, handler)
            .invoke(null, signal.getConstructor(String.class).newInstance(name), listener);
      }
    } catch (ReflectiveOperationException unsupported) {
      // Then the first Ctrl-C ends us, as it would have without this.
    }
  }
}
