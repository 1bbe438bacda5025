/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

/*
 * A memif's link is its peer, who may go and come back. A server listens for it all the time; if it is
 * killed its socket stays in the file system, and DPDK does not replace that. DPDK's client (22.11
 * to 24.11) connects once, when the port is started.
 */

#include "port_priv.h"

#include "eal_priv.h"
#include "gate.h"

#include "tw_log.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define RETRY_NS (TW_NS_PER_SEC / 4)

/* Value of a devarg, of n octets; NULL where it is not given. */
static const char *value_of(const char *args, const char *key, size_t *ret_n)
{
	size_t n = strlen(key);

	for (const char *p = args; *p; p += strcspn(p, ","), p += *p == ',')
		if (strncmp(p, key, n) == 0 && p[n] == '=') {
			*ret_n = strcspn(p + n + 1, ",");
			return p + n + 1;
		}
	return NULL;
}

static bool is(const char *args, const char *key, const char *word)
{
	size_t n;
	const char *v = value_of(args, key, &n);

	return v && n == strlen(word) && strncmp(v, word, n) == 0;
}

/* DPDK's default is the client; master and slave are the words of older versions. */
static bool is_client(const struct tw_dev *dev)
{
	return !is(dev->args, "role", "server") && !is(dev->args, "role", "master");
}

/* Where a memif's server listens, as the driver makes it of its arguments. @return octets, 0: nowhere */
static socklen_t address(const struct tw_dev *dev, struct sockaddr_un *ret)
{
	static const char usual[] = "/run/memif.sock";
	bool abstract = !is(dev->args, "socket-abstract", "no");
	size_t n;
	const char *path = value_of(dev->args, "socket", &n);

	if (!path) {
		path = usual;
		n = strlen(usual);
	}
	if (n + abstract >= sizeof(ret->sun_path))
		return 0;
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(ret->sun_path + abstract, path, n);
	if (!abstract)
		return sizeof(*ret);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n);
}

/*
 * Knock with a socket of another kind. It is never let in, and who listens does not notice.
 * @return EPROTOTYPE: somebody is there; ECONNREFUSED: nobody is; another errno
 */
static int knock(const struct sockaddr_un *at, socklen_t len)
{
	int fd = len ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
	int rc;

	if (fd < 0)
		return EMFILE;
	rc = connect(fd, (const struct sockaddr *)at, len) < 0 ? errno : 0;
	close(fd);
	return rc;
}

/* To knock at a file of another kind is refused, too. */
static bool is_socket(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

void tw_port_peer_clear(const struct tw_dev *dev)
{
	struct sockaddr_un at;
	socklen_t len;

	if (strncmp(dev->name, "net_memif", strlen("net_memif")) != 0 || is_client(dev))
		return;
	len = address(dev, &at);
	if (len && at.sun_path[0] && is_socket(at.sun_path) && knock(&at, len) == ECONNREFUSED &&
		unlink(at.sun_path) == 0)
		tw_info("%s: nobody listens on %s any more: taking its place", dev->name,
			at.sun_path);
}

bool tw_port_has_peer(const struct tw_port *port)
{
	return strcmp(port->driver, "net_memif") == 0;
}

int tw_port_peer_begin(struct tw_port *port, struct tw_err *err)
{
	struct tw_err why;
	int rc = tw_port_has_peer(port) ? tw_gate_engage(&why) : 0;

	return rc < 0 ? tw_fail(err, rc, "%s: cannot be told when its peer leaves: %s", port->name,
				why.text)
		      : 0;
}

/* In the interrupt thread, where the driver's own handlers run, and no worker is in a burst. */
static void start_again(void *arg)
{
	const uint16_t *port_id = arg;

	rte_eth_dev_stop(*port_id);
	rte_eth_dev_start(*port_id);
}

int tw_port_peer_look(struct tw_port *port, int64_t now)
{
	struct tw_port_private *priv = port->priv;
	struct rte_eth_link link = {0};
	struct sockaddr_un at;

	if (rte_eth_link_get_nowait(port->port_id, &link) == 0 && link.link_status) {
		priv->had_peer = true;
		priv->retry_at = now + RETRY_NS;
		return 1;
	}
	if (is_client(&priv->cfg.dev) && priv->retry_at && now >= priv->retry_at) {
		socklen_t len = address(&priv->cfg.dev, &at);

		priv->retry_at = now + RETRY_NS;
		if (knock(&at, len) == EPROTOTYPE)
			tw_interrupts_call(start_again, &port->port_id);
	}
	if (!priv->retry_at)
		priv->retry_at = now + RETRY_NS;
	/* who waits for peers is not out of order without one */
	return !priv->had_peer || priv->cfg.peers_come_and_go;
}
