// SPDX-License-Identifier: MIT
package io.agentos.kernel.reactor;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Target;

/**
 * State that only the reactor thread touches. Such a class has no lock, no volatile and no
 * concurrent collection: other threads reach it by {@link Reactor#post}.
 */
@Documented
@Target(ElementType.TYPE)
public @interface ReactorConfined {}
