// SPDX-License-Identifier: MIT
#include "owned.h"
#include "stages.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int sb_stage_network(struct sb_sandbox *sandbox, struct sb_error *err) {
  const struct sb_plan *plan = sandbox->plan;
  struct ifreq request = {.ifr_name = "lo"};
  SB_OWNED_FD device = -1;

  if (sethostname(plan->hostname, strlen(plan->hostname)) < 0)
    return sb_fail(err, errno, "cannot set the host name '%s'", plan->hostname);
  /* What the kernel itself starts with; the host's would tell where this runs. */
  if (setdomainname("(none)", strlen("(none)")) < 0)
    return sb_fail(err, errno, "cannot reset the domain name");
  if (plan->share_net)
    return 0;

  device = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (device < 0)
    return sb_fail(err, errno, "cannot open a socket to bring up the loopback interface");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (ioctl(device, SIOCSIFFLAGS, &request) < 0)
    return sb_fail(err, errno, "cannot bring up the loopback interface");
  return 0;
}
