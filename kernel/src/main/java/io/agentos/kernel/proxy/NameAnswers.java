// SPDX-License-Identifier: MIT
package io.agentos.kernel.proxy;

import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.audit.AuditEntry;
import io.agentos.kernel.audit.AuditLog;
import io.agentos.kernel.audit.Subjects;
import io.agentos.kernel.permission.Permissions;
import io.agentos.kernel.wire.SyscallException;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsOpCode;
import io.netty.handler.codec.dns.DnsQuery;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;

/**
 * What an agent's programs are told of names: of one that its rules allow that it exists, at an
 * address of the sandbox's own where nothing listens; of any other that there is none.
 */
final class NameAnswers {
  /** Programs that look a name up only to be told that it exists go on to the proxy. */
  private static final byte[] ADDRESS = {127, 0, 0, 2};

  /** The rules may change at any time. */
  private static final int SECONDS_TO_LIVE = 0;

  private final Agent agent;
  private final AuditLog audit;

  NameAnswers(Agent agent, AuditLog audit) {
    this.agent = agent;
    this.audit = audit;
  }

  /**
   * Fills in the answer to a query.
   *
   * @param ready is run, on any thread, when it may be sent
   */
  void fill(DnsQuery query, DnsResponse response, Runnable ready) {
    response.setOpCode(query.opCode());
    response.setRecursionDesired(query.isRecursionDesired());
    response.setRecursionAvailable(true);
    DnsRecord first = query.recordAt(DnsSection.QUESTION);
    if (!query.opCode().equals(DnsOpCode.QUERY)) {
      response.setCode(DnsResponseCode.NOTIMP);
    } else if (query.count(DnsSection.QUESTION) != 1 || !(first instanceof DnsQuestion question)) {
      response.setCode(DnsResponseCode.FORMERR);
    } else {
      answer(question, response, ready);
      return;
    }
    ready.run();
  }

  private void answer(DnsQuestion question, DnsResponse response, Runnable ready) {
    response.addRecord(DnsSection.QUESTION, question);
    Permissions now = agent.permissions();
    if (!now.canHttp() || !now.domains().allowsName(question.name())) {
      refuse(question, response, ready);
      return;
    }
    if (question.type().equals(DnsRecordType.A) && question.dnsClass() == DnsRecord.CLASS_IN) {
      response.addRecord(
          DnsSection.ANSWER,
          new DefaultDnsRawRecord(
              question.name(),
              DnsRecordType.A,
              SECONDS_TO_LIVE,
              Unpooled.wrappedBuffer(ADDRESS.clone())));
    }
    ready.run();
  }

  private void refuse(DnsQuestion question, DnsResponse response, Runnable ready) {
    response.setCode(DnsResponseCode.NXDOMAIN);
    String name = question.name().replaceAll("[^A-Za-z0-9._*-]", "?");
    try {
      audit.requireWritable();
    } catch (SyscallException full) {
      response.setCode(DnsResponseCode.SERVFAIL);
      ready.run();
      return;
    }
    audit.append(
        AuditEntry.of(
            agent.id().value(),
            agent.name(),
            "proxy",
            "denied",
            Subjects.cut("lookup " + name),
            "the name is not among this agent's network domains"),
        ready);
  }
}
