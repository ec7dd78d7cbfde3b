// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Answer;
import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.Op;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks the language model. */
@Command(name = "think", description = "Ask the language model.")
final class ThinkCommand implements Callable<Integer> {
  private static final Map<String, String> IMAGE_TYPES =
      Map.of(
          "png", "image/png",
          "jpg", "image/jpeg",
          "jpeg", "image/jpeg",
          "gif", "image/gif",
          "webp", "image/webp",
          "heic", "image/heic",
          "heif", "image/heif");

  @Spec private CommandSpec spec;
  @Mixin private KernelOptions kernel;

  @Parameters(paramLabel = "PROMPT", description = "The question; - reads it from standard input.")
  private String prompt;

  @Option(
      names = "--image",
      paramLabel = "FILE",
      description = "A picture to look at: png, jpeg, gif, webp or heic; repeatable.")
  private List<Path> images = new ArrayList<>();

  @Option(names = "--model", paramLabel = "NAME", description = "Which model.")
  private @Nullable String model;

  @Option(names = "--system", paramLabel = "TEXT", description = "How the model is to behave.")
  private @Nullable String system;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "How freely it may answer: 0 to 2.")
  private @Nullable Double temperature;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Draw from the likeliest words only that share P has: 0 to 1.")
  private @Nullable Double topP;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "End the answer before this text; repeatable, 4 times at most.")
  private List<String> stop = new ArrayList<>();

  @Option(names = "--max-tokens", paramLabel = "N", description = "How long the answer may be.")
  private @Nullable Integer maxTokens;

  @Option(names = "--timeout", paramLabel = "SECONDS", description = "Wait no longer.")
  private @Nullable Double timeout;

  @Option(names = "--stream", description = "Print the answer while it is produced.")
  private boolean stream;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Map<String, Object> request = request();
    try (KernelClient client = kernel.connect()) {
      Answer answer = client.stream(Op.THINK, request, KernelClient.PATIENT, this::print);
      if (kernel.json) {
        out.println(answer.json());
      } else if (stream) {
        out.println();
      } else {
        out.println(answer.fields().text("content"));
      }
    }
    return 0;
  }

  private void print(Answer part) {
    PrintWriter out = spec.commandLine().getOut();
    if (kernel.json) {
      out.println(part.json());
    } else {
      out.print(part.fields().text("content"));
    }
    out.flush();
  }

  private Map<String, Object> request() throws IOException {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put(
        "prompt",
        prompt.equals("-") ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8) : prompt);
    List<Map<String, String>> pictures = new ArrayList<>();
    for (Path image : images) {
      pictures.add(picture(image));
    }
    putIf(request, "images", pictures.isEmpty() ? null : pictures);
    putIf(request, "model", model);
    putIf(request, "system_instruction", system);
    putIf(request, "temperature", temperature);
    putIf(request, "top_p", topP);
    putIf(request, "stop", stop.isEmpty() ? null : stop);
    putIf(request, "max_tokens", maxTokens);
    putIf(request, "timeout", timeout);
    putIf(request, "stream", stream ? true : null);
    return request;
  }

  private static Map<String, String> picture(Path file) throws IOException {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    String type = IMAGE_TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null) {
      throw new IOException(
          file + " is no picture by its name; it must end in .png, .jpg, .gif, .webp or .heic");
    }
    if (!Files.isReadable(file)) {
      throw new IOException("the picture " + file + " does not exist or can't be read");
    }
    String data = Base64.getEncoder().encodeToString(Files.readAllBytes(file));
    return Map.of("data", data, "mime_type", type);
  }

  private static void putIf(Map<String, Object> map, String key, @Nullable Object value) {
    if (value != null) {
      map.put(key, value);
    }
  }
}
