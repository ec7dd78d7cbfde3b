// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import io.agentos.kernel.agent.Agents;
import io.agentos.kernel.agent.Devices;
import io.agentos.kernel.audit.AuditLog;
import io.agentos.kernel.base.ProtocolConfig;
import io.agentos.kernel.event.EventBus;
import io.agentos.kernel.exec.Commands;
import io.agentos.kernel.fs.Files;
import io.agentos.kernel.ipc.Postboxes;
import io.agentos.kernel.llm.Llm;
import io.agentos.kernel.metric.CallCounts;
import io.agentos.kernel.metric.ConnectionCounts;
import io.agentos.kernel.net.Web;
import io.agentos.kernel.reactor.Reactor;

/** What handlers are made of; each takes only what it needs, in its {@link Opcode} line. */
public record Services(
    ProtocolConfig config,
    Reactor reactor,
    Offload offload,
    Agents agents,
    Devices devices,
    Postboxes postboxes,
    EventBus events,
    Files files,
    Commands commands,
    Llm llm,
    Web web,
    AuditLog audit,
    CallCounts calls,
    ConnectionCounts connections) {}
