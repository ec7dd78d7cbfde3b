// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * What has been spent, in an SQLite database. A commit survives the end of this process at any
 * moment; that of the machine may cost the last moments.
 *
 * <p>For one thread at a time.
 */
final class UsageStore implements AutoCloseable {
  /** Days that the usage table reaches back. */
  private static final int DAYS = 400;

  /** Of one answer. */
  private static final int MOST_ROWS = 5000;

  private static final String[] SCHEMA = {
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA busy_timeout = 5000",
    "CREATE TABLE IF NOT EXISTS budgets (name TEXT PRIMARY KEY, period TEXT NOT NULL,"
        + " calls INTEGER NOT NULL, tokens INTEGER NOT NULL, nanodollars INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS windows (name TEXT NOT NULL, bucket INTEGER NOT NULL,"
        + " amount INTEGER NOT NULL, PRIMARY KEY (name, bucket))",
    "CREATE TABLE IF NOT EXISTS usage (day TEXT NOT NULL, agent TEXT NOT NULL, model TEXT NOT NULL,"
        + " calls INTEGER NOT NULL, input INTEGER NOT NULL, output INTEGER NOT NULL,"
        + " thinking INTEGER NOT NULL, cached INTEGER NOT NULL, nanodollars INTEGER NOT NULL,"
        + " PRIMARY KEY (day, agent, model))"
  };

  /** Something to be written down. */
  sealed interface Row permits BudgetRow, WindowRow, UsageRow {}

  /** How much of a budget is gone, replacing what was there. */
  record BudgetRow(String name, String period, Amount amount) implements Row {}

  /** What one bucket of a day's window holds, replacing what was there. */
  record WindowRow(String name, long bucket, long amount) implements Row {}

  /** One more answer to an agent's tree on a day, added to what was there. */
  record UsageRow(String day, String agent, String model, Usage usage, long nanodollars)
      implements Row {}

  private final Connection connection;

  UsageStore(Path file) throws SQLException {
    connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    try (Statement statement = connection.createStatement()) {
      for (String sql : SCHEMA) {
        statement.execute(sql);
      }
      statement.execute("DELETE FROM usage WHERE day < date('now', '-" + DAYS + " days')");
      connection.setAutoCommit(false);
    }
  }

  List<BudgetRow> budgets() throws SQLException {
    List<BudgetRow> found = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT * FROM budgets")) {
      while (row.next()) {
        Amount amount = new Amount(row.getLong(3), row.getLong(4), row.getLong(5));
        found.add(new BudgetRow(row.getString(1), row.getString(2), amount));
      }
    }
    return found;
  }

  List<WindowRow> windows() throws SQLException {
    List<WindowRow> found = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT * FROM windows")) {
      while (row.next()) {
        found.add(new WindowRow(row.getString(1), row.getLong(2), row.getLong(3)));
      }
    }
    return found;
  }

  /** The latest day first, and in it who spent most. */
  List<DayUsage> usage(int days) throws SQLException {
    List<DayUsage> found = new ArrayList<>();
    String sql =
        "SELECT day, agent, model, calls, input, output, thinking, cached, nanodollars FROM usage"
            + " WHERE day > date('now', ?) ORDER BY day DESC, nanodollars DESC, input DESC LIMIT ?";
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setString(1, "-" + days + " days");
      select.setInt(2, MOST_ROWS);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(
              new DayUsage(
                  row.getString(1),
                  row.getString(2),
                  row.getString(3),
                  row.getLong(4),
                  row.getLong(5),
                  row.getLong(6),
                  row.getLong(7),
                  row.getLong(8),
                  row.getLong(9) / 1e9));
        }
      }
    }
    return found;
  }

  /** All of them, or none. */
  void save(List<Row> rows) throws SQLException {
    try {
      for (Row row : rows) {
        write(row);
      }
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    }
  }

  private void write(Row row) throws SQLException {
    if (row instanceof BudgetRow budget) {
      execute(
          "INSERT OR REPLACE INTO budgets VALUES (?,?,?,?,?)",
          budget.name(),
          budget.period(),
          budget.amount().calls(),
          budget.amount().tokens(),
          budget.amount().nanodollars());
    } else if (row instanceof WindowRow window) {
      execute(
          "INSERT OR REPLACE INTO windows VALUES (?,?,?)",
          window.name(),
          window.bucket(),
          window.amount());
    } else if (row instanceof UsageRow usage) {
      execute(
          "INSERT INTO usage VALUES (?,?,?,1,?,?,?,?,?) ON CONFLICT DO UPDATE SET"
              + " calls = calls + 1, input = input + excluded.input,"
              + " output = output + excluded.output, thinking = thinking + excluded.thinking,"
              + " cached = cached + excluded.cached,"
              + " nanodollars = nanodollars + excluded.nanodollars",
          usage.day(),
          usage.agent(),
          usage.model(),
          usage.usage().input(),
          usage.usage().output(),
          usage.usage().thinking(),
          usage.usage().cached(),
          usage.nanodollars());
    }
  }

  private void execute(String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.executeUpdate();
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
