// SPDX-License-Identifier: MIT
/* Sockets of families that lead elsewhere, and terminals. */
#include "attack.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FAMILY_HIGHEST 46
#define NETLINK_ROUTE 0
#define NETLINK_AUDIT 9
#define ETHERTYPE_ALL 0x0300 /* in network order */

static int any_other_family(const struct target *target) {
  int worst = EAFNOSUPPORT;

  (void)target;
  for (int family = 0; family <= FAMILY_HIGHEST; family++) {
    if (family == AF_UNIX || family == AF_INET || family == AF_INET6)
      continue;
    for (int kind = SOCK_STREAM; kind <= SOCK_SEQPACKET; kind++) {
      if (socket(family, kind | SOCK_CLOEXEC, 0) >= 0)
        return 0;
      if (errno != EAFNOSUPPORT)
        worst = errno; /* the family's own code was reached */
    }
  }
  errno = worst;
  return worst == EAFNOSUPPORT ? -1 : 0;
}

static int packet_socket(const struct target *target) {
  (void)target;
  return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, ETHERTYPE_ALL);
}
static int route_socket(const struct target *target) {
  (void)target;
  return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}
static int audit_socket(const struct target *target) {
  (void)target;
  return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
}
static int hypervisor_socket(const struct target *target) {
  (void)target;
  return socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
}
static int crypto_socket(const struct target *target) {
  (void)target;
  return socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
}
static int raw_socket(const struct target *target) {
  (void)target;
  return socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
}
static int raw_socket_6(const struct target *target) {
  (void)target;
  return socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6);
}
static int family_with_high_bits(const struct target *target) {
  (void)target;
  return (int)syscall(SYS_socket, 0xffffffff00000000UL | AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}
static int socket_pair(const struct target *target) {
  int pair[2];

  (void)target;
  return reached_if(socketpair(AF_NETLINK, SOCK_RAW, 0, pair), EOPNOTSUPP);
}

static int configure_interface(const struct target *target) {
  struct ifreq request = {.ifr_name = "lo"};
  int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  (void)target;
  if (any < 0 || ioctl(any, SIOCGIFFLAGS, &request) < 0)
    return -1;
  return ioctl(any, SIOCSIFFLAGS, &request); /* to what they are */
}

/* A route through a gateway that cannot be: refused for the gateway, but only to who may. */
static int add_route(const struct target *target) {
  struct rtentry route = {.rt_flags = RTF_UP | RTF_GATEWAY};
  struct sockaddr_in any = {.sin_family = AF_INET};
  int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  (void)target;
  memcpy(&route.rt_dst, &any, sizeof any);
  memcpy(&route.rt_genmask, &any, sizeof any);
  any.sin_addr.s_addr = htonl(0xf0000001U);
  memcpy(&route.rt_gateway, &any, sizeof any);
  if (handle >= 0 && ioctl(handle, SIOCADDRT, &route) < 0 && errno != EPERM && errno != EACCES)
    return 0;
  return handle < 0 ? -1 : came_to_nothing();
}

static int mark_packets(const struct target *target) {
  int mark = 1;
  int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  (void)target;
  return any < 0 ? -1 : setsockopt(any, SOL_SOCKET, SO_MARK, &mark, sizeof mark);
}

static int take_low_port(const struct target *target) {
  struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(1), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  (void)target;
  return handle < 0 ? -1 : bind(handle, (const struct sockaddr *)&any, sizeof any);
}

/* Outside, a terminal is made for the purpose and becomes the process's own. */
static int open_terminal(const struct target *target) {
  char path[64];
  int keeper;
  int number = 0;
  int unlocked = 0;

  if (!target->outside)
    return open("/dev/tty", O_RDWR | O_CLOEXEC);
  keeper = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (keeper < 0 || ioctl(keeper, TIOCSPTLCK, &unlocked) < 0 || ioctl(keeper, TIOCGPTN, &number) < 0)
    return -1;
  (void)snprintf(path, sizeof path, "/dev/pts/%d", number);
  return setsid() < 0 ? -1 : open(path, O_RDWR | O_CLOEXEC);
}

static int own_terminal(const struct target *target) {
  return open_terminal(target);
}

static int make_terminal(const struct target *target) {
  (void)target;
  return open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static int system_console(const struct target *target) {
  static const char *const names[] = {"/dev/console", "/dev/tty0", "/dev/tty1",
                                      "/dev/ttyS0",   "/dev/vcs",  "/dev/uinput"};

  (void)target;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (open(names[i], O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC) >= 0)
      return 0;
  }
  return -1;
}

/* Inside, whatever the standard descriptors are: the filter has to answer before they do. */
static int type_text(const struct target *target, unsigned long request) {
  int terminal = target->outside ? open_terminal(target) : STDIN_FILENO;

  return terminal < 0 ? -1 : (int)syscall(SYS_ioctl, terminal, request, "x");
}

static int type_into_terminal(const struct target *target) {
  return type_text(target, TIOCSTI);
}

static int type_with_high_bits(const struct target *target) {
  return type_text(target, 0xffffffff00000000UL | TIOCSTI);
}

/* Pasting: on what is no virtual console the request means nothing. */
static int paste_into_console(const struct target *target) {
  return reached_if(type_text(target, TIOCLINUX), ENOTTY);
}

const struct attack socket_attacks[] = {
    ATTACK("sockets", "any other family", "", any_other_family),
    ATTACK("sockets", "see all packets", "CAP_NET_RAW packet", packet_socket),
    ATTACK("sockets", "netlink: routes", "", route_socket),
    ATTACK("sockets", "netlink: audit", "audit", audit_socket),
    ATTACK("sockets", "vsock: the hypervisor", "vsock", hypervisor_socket),
    ATTACK("sockets", "alg: the kernel's ciphers", "alg", crypto_socket),
    ATTACK("sockets", "raw", "CAP_NET_RAW", raw_socket),
    ATTACK("sockets", "raw, IPv6", "CAP_NET_RAW ipv6", raw_socket_6),
    ATTACK("sockets", "a family with high bits", "", family_with_high_bits),
    ATTACK("sockets", "a pair of another family", "", socket_pair),
    ATTACK("sockets", "configure an interface", "CAP_NET_ADMIN", configure_interface),
    ATTACK("sockets", "add a route", "CAP_NET_ADMIN", add_route),
    ATTACK("sockets", "mark packets", "CAP_NET_ADMIN", mark_packets),
    ATTACK("sockets", "a port below 1024", "CAP_NET_BIND_SERVICE", take_low_port),
    ATTACK("terminal", "open its terminal", "tty", own_terminal),
    ATTACK("terminal", "make a terminal", "tty", make_terminal),
    ATTACK("terminal", "open the console", "CAP_DAC_OVERRIDE file=/dev/console", system_console),
    ATTACK("terminal", "type into the terminal", "tty tiocsti", type_into_terminal),
    ATTACK("terminal", "type, with high bits in the request", "tty tiocsti", type_with_high_bits),
    ATTACK("terminal", "paste into the console", "tty", paste_into_console),
    {0},
};
