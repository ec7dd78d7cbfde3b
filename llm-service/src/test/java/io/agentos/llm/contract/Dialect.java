// SPDX-License-Identifier: MIT
package io.agentos.llm.contract;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.llm.provider.Provider;
import io.agentos.llm.settings.ProviderSettings;
import io.agentos.llm.settings.Redactor;
import java.util.List;

/** How one kind of provider writes on the wire what all of them say. */
interface Dialect {
  /** Names of finish reasons, in the order stop, length, calls of tools, safety. */
  record Reasons(String stop, String length, String tools, String safety) {}

  /**
   * An answer.
   *
   * @param pieces the text, as a stream would bring it
   * @param finish the reason in the provider's words; empty when the answer is not finished
   * @param calls the calls of tools, with their arguments as JSON
   * @param counted whether the usage is reported: 100 tokens in, 64 of them cached, 7 out and 30
   *     thought
   */
  record Said(List<String> pieces, String finish, List<Called> calls, boolean counted) {}

  /** A call of a tool. */
  record Called(String id, String name, String arguments) {}

  /**
   * What steers an answer.
   *
   * @param choicePointer where a request says whether tools are called; then the JSON for auto,
   *     none and required
   * @param stopped the finish reason of an answer that a text to stop at has ended; empty where it
   *     is that of any answer that has come to its end
   */
  record Words(String choicePointer, String auto, String none, String required, String stopped) {}

  String kind();

  Words words();

  Provider provider(ProviderSettings settings, Redactor redactor);

  Reasons reasons();

  /** The value of the header that has the key, as the server should see it. */
  String keyHeader();

  String keyValue(String key);

  /** An answer in one piece. */
  String whole(Said said);

  /** An answer as events. */
  List<String> events(Said said);

  /** An error as the provider reports one. */
  String error(int status, String message);

  /** A body that is right in every way but has nothing in it. */
  List<String> empty();

  /** What the provider has to be sent for {@link FullRequest}. */
  JsonNode fullRequest();
}
