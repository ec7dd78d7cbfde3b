// SPDX-License-Identifier: MIT
package io.agentos.kernel.net;

import io.agentos.kernel.permission.DomainRules;
import io.agentos.kernel.permission.Learned;
import io.agentos.kernel.permission.SecretGrants;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * The credentials that the kernel attaches to requests on the way out. A value goes into the
 * request that is sent, and nowhere else: no class here shows it by {@code toString}.
 */
public final class Secrets {
  public static final Secrets NONE = new Secrets(List.of());

  private static final int HTTP_PORT = 80;
  private static final String PLACE = "{secret}";

  private final List<Secret> secrets;

  public Secrets(List<Secret> secrets) {
    this.secrets = List.copyOf(secrets);
  }

  /** Takes all of them out of a text, which stays as long as it was. */
  public UnaryOperator<String> redactor() {
    Redaction all = Redaction.of(secrets.stream().map(secret -> secret.value).toList());
    return all::blanked;
  }

  /** One of them. */
  public static final class Secret {
    private final String name;
    private final String value;
    private final DomainRules domains;
    private final String header;
    private final String template;
    private final boolean insecure;
    private final boolean upgrade;

    /**
     * @param domains to which it is sent: to the port of HTTPS, or to one that the pattern names
     * @param template of the header's value, with {@code {secret}} in it
     * @param insecure whether it may also be sent over plain HTTP
     * @param upgrade whether plain HTTP to these domains is sent over TLS instead
     */
    public Secret(
        String name,
        String value,
        DomainRules domains,
        String header,
        String template,
        boolean insecure,
        boolean upgrade) {
      this.name = name;
      this.value = value;
      this.domains = domains;
      this.header = header;
      this.template = template;
      this.insecure = insecure;
      this.upgrade = upgrade;
    }

    private boolean goesTo(Destination to, boolean secure) {
      if (!secure && !insecure) {
        return false;
      }
      return domains.allowsTunnel(to.host(), to.port())
          || (!secure && to.port() == HTTP_PORT && domains.allows(to.host(), HTTP_PORT));
    }

    private String headerValue() {
      return template.replace(PLACE, value);
    }
  }

  /** Headers to set on one request, and what to blank in its answer. */
  public record Attached(Map<String, String> headers, Redaction redaction, Set<String> names) {
    public static final Attached NOTHING = new Attached(Map.of(), Redaction.NONE, Set.of());

    /** Notes that a request went there, with these. */
    public void note(Learned learned, Destination to) {
      learned.add(Learned.Kind.HTTP, to.toString().toLowerCase(Locale.ROOT));
      names.forEach(name -> learned.add(Learned.Kind.SECRET, name));
    }

    /** Never the values. */
    @Override
    public String toString() {
      return "Attached" + headers.keySet();
    }
  }

  /** What is attached to a request of someone with these grants. */
  public Attached attach(Destination to, boolean secure, SecretGrants grants) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    List<String> blanked = new ArrayList<>();
    Set<String> names = new TreeSet<>();
    for (Secret secret : secrets) {
      if (grants.holds(secret.name) && secret.goesTo(to, secure)) {
        headers.put(secret.header, secret.headerValue());
        names.add(secret.name);
        blanked.add(secret.value);
        blanked.add(secret.headerValue());
      }
    }
    return headers.isEmpty()
        ? Attached.NOTHING
        : new Attached(headers, Redaction.of(blanked), names);
  }

  /** Whether a plain request there is to be sent over TLS, for a secret's sake. */
  public boolean upgrades(Destination to, SecretGrants grants) {
    Destination over = to.upgraded();
    return secrets.stream()
        .anyMatch(
            secret -> secret.upgrade && grants.holds(secret.name) && secret.goesTo(over, true));
  }
}
