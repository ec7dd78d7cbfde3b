// SPDX-License-Identifier: MIT
package io.agentos.cli.term;

import java.util.ArrayList;
import java.util.List;

/** Rows in columns as wide as their widest cell; the last is never padded. */
public final class Table {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();
  private final Style style;

  public Table(Style style, String... titles) {
    this.style = style;
    List<String> head = new ArrayList<>();
    for (String title : titles) {
      head.add(style.dim(title));
    }
    rows.add(head);
  }

  /** Adds a row; cells may hold colour. */
  public Table row(String... cells) {
    rows.add(List.of(cells));
    return this;
  }

  /** The style that cells should be made with. */
  public Style style() {
    return style;
  }

  /** One string a line, the titles first. */
  public List<String> lines() {
    int[] widths = new int[rows.get(0).size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], width(row.get(i)));
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        line.append(row.get(i));
        if (i < widths.length - 1) {
          line.append(" ".repeat(widths[i] - width(row.get(i)))).append(GAP);
        }
      }
      lines.add(line.toString());
    }
    return lines;
  }

  /** Characters that are seen: escape sequences for colour take no room. */
  static int width(String cell) {
    int width = 0;
    for (int i = 0; i < cell.length(); i++) {
      if (cell.charAt(i) == '\033') {
        i = Math.max(i, cell.indexOf('m', i));
      } else {
        width += Character.isLowSurrogate(cell.charAt(i)) ? 0 : 1;
      }
    }
    return width;
  }
}
