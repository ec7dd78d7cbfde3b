// SPDX-License-Identifier: MIT
package io.agentos.kernel.audit;

import io.agentos.kernel.base.AuditChain;
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
 * The log's file, an SQLite database. A commit survives the end of this process at any moment; that
 * of the machine may cost the last moments, but never what was before them.
 *
 * <p>For one thread at a time.
 */
final class AuditStore implements AutoCloseable {
  private static final String[] SCHEMA = {
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA temp_store = MEMORY",
    "CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, time_ms INTEGER NOT NULL,"
        + " agent_id INTEGER NOT NULL, agent TEXT NOT NULL, category TEXT NOT NULL,"
        + " decision TEXT NOT NULL, subject TEXT NOT NULL, reason TEXT NOT NULL,"
        + " previous TEXT NOT NULL, hash TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS by_agent ON entries (agent_id, id)"
  };

  private final Connection connection;
  private final PreparedStatement insert;
  private long lastId;
  private String lastHash;

  AuditStore(Path file) throws SQLException {
    connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    try (Statement statement = connection.createStatement()) {
      for (String sql : SCHEMA) {
        statement.execute(sql);
      }
      connection.setAutoCommit(false);
      try (ResultSet last =
          statement.executeQuery("SELECT id, hash FROM entries ORDER BY id DESC LIMIT 1")) {
        boolean any = last.next();
        lastId = any ? last.getLong(1) : 0;
        lastHash = any ? last.getString(2) : AuditChain.START;
      }
      connection.commit();
    }
    insert = connection.prepareStatement("INSERT INTO entries VALUES (?,?,?,?,?,?,?,?,?,?)");
  }

  /** All of them, or none. */
  void append(List<AuditEntry> entries) throws SQLException {
    long id = lastId;
    String hash = lastHash;
    try {
      for (AuditEntry entry : entries) {
        AuditEntry chained = entry.chained(++id, hash);
        hash = chained.hash();
        bind(chained);
        insert.executeUpdate();
      }
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    }
    lastId = id;
    lastHash = hash;
  }

  private void bind(AuditEntry entry) throws SQLException {
    insert.setLong(1, entry.id());
    insert.setLong(2, entry.timeMs());
    insert.setInt(3, entry.agentId());
    insert.setString(4, entry.agent());
    insert.setString(5, entry.category());
    insert.setString(6, entry.decision());
    insert.setString(7, entry.subject());
    insert.setString(8, entry.reason());
    insert.setString(9, entry.previous());
    insert.setString(10, entry.hash());
  }

  /** Removes the oldest beyond that number and age; the chain begins later then. */
  void prune(long mostEntries, long oldestMillis) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            "DELETE FROM entries WHERE id <= ? OR (time_ms < ? AND id <> ?)")) {
      delete.setLong(1, lastId - mostEntries);
      delete.setLong(2, oldestMillis);
      delete.setLong(3, lastId); // the next one is tied to it
      delete.executeUpdate();
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    }
  }

  /** In the order of the log. */
  List<AuditEntry> find(AuditQuery query) throws SQLException {
    List<Object> values = new ArrayList<>();
    StringBuilder where = new StringBuilder("id > ?");
    values.add(query.sinceId() == null ? 0 : query.sinceId());
    if (query.agentId() != null) {
      where.append(" AND agent_id = ?");
      values.add(query.agentId());
    }
    if (query.category() != null) {
      where.append(" AND category = ?");
      values.add(query.category());
    }
    if (query.decision() != null) {
      where.append(" AND decision = ?");
      values.add(query.decision());
    }
    // Without a beginning the newest are wanted.
    String order = query.sinceId() == null ? "DESC" : "ASC";
    String sql = "SELECT * FROM entries WHERE " + where + " ORDER BY id " + order + " LIMIT ?";
    values.add(query.limit());
    List<AuditEntry> found = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.size(); i++) {
        select.setObject(i + 1, values.get(i));
      }
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          found.add(entry(rows));
        }
      }
    } finally {
      connection.rollback(); // ends the read
    }
    if (query.sinceId() == null) {
      java.util.Collections.reverse(found);
    }
    return found;
  }

  private static AuditEntry entry(ResultSet row) throws SQLException {
    return new AuditEntry(
        row.getLong(1),
        row.getLong(2),
        row.getInt(3),
        row.getString(4),
        row.getString(5),
        row.getString(6),
        row.getString(7),
        row.getString(8),
        row.getString(9),
        row.getString(10));
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
