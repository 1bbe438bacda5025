/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_WORKER_H
#define TW_WORKER_H

/**
 * @file
 * Worker threads. A task is one loop over one queue (a reflector, or a sender with its receiving
 * half); a worker lcore runs one task, or takes turns between several where cores are few. The
 * control core talks to tasks through their mailboxes only.
 */

#include "mailbox.h"
#include "tw_clock.h"
#include "tw_err.h"
#include "tw_result.h"
#include "tw_session.h"

#include <pthread.h>
#include <stdatomic.h>

struct rte_mempool;
struct tw_recorder;
struct tw_exception_queue;
struct tw_nic_clock;
struct tw_rx_interrupt;

#define TW_MAX_OWN_ADDRS 128
#define TW_MAX_TASKS_PER_WORKER 16
#define TW_MAX_FDS_PER_WORKER 16

/**
 * What a port's NIC, or the kernel below it, can stamp for one task. All zero: nothing, stamps are
 * software's.
 */
struct tw_loop_stamps {
	const struct tw_nic_clock *clock; /**< NULL: there is none that is to be trusted */
	int field;                        /**< offset of the stamp in an mbuf */
	uint64_t rx_flag;                 /**< of a received mbuf that has one, 0: none ever has */
	bool rx_register;     /**< it stands in a register of the port instead of the mbuf */
	uint64_t launch_flag; /**< of an mbuf to be sent at the time in it, 0: cannot be done */
	bool readback;        /**< this task may ask for transmit stamps: one does on a port */
	/** The stamps are the kernel's; set once they are none any more. NULL: they are the NIC's. */
	const _Atomic bool *kernel_lost; /* w: workers, r: worker */
};

/** What a loop must know of its port. Frozen before the task is created. */
struct tw_loop_port {
	uint16_t port_id;
	uint16_t rx_queue;    /**< first of them */
	uint16_t n_rx_queues; /**< polled by this loop: a sender takes replies from all */
	uint16_t tx_queue;
	uint16_t tx_desc;         /**< transmit ring */
	uint16_t max_frame;       /**< L2 octets without FCS */
	struct rte_mempool *pool; /**< receive buffers, for ARP and the like */
	struct tw_mac mac;
	uint8_t n_addrs;
	struct tw_prefix addrs[TW_MAX_OWN_ADDRS]; /**< own addresses */
	uint8_t n_vlan;
	uint16_t tci[2];
	bool rx_checksum;      /**< the device judges UDP checksums */
	bool kernel_interface; /**< the kernel sees everything that is not a test packet too */
	bool answers;          /**< ARP, ND and ping are ours to answer */
	bool loopback;         /**< peers have our own addresses */
	struct tw_recorder *recorder; /**< NULL = nothing is recorded */
	/** Nothing can be sent: it would wait in the device's ring. NULL = nobody tells. */
	const _Atomic bool *no_link; /* w: control, r: worker */
	/** Takes what is for the kernel (tw_exception.h); NULL = nobody does. */
	struct tw_exception_queue *exception;
	struct tw_loop_stamps stamps;
};

/** One loop. Fields are the worker's unless marked. */
struct tw_task {
	/** One round: receive, work, transmit. @return packets handled */
	unsigned int (*step)(struct tw_task *t);
	/** TSC at which the task wants to run next; UINT64_MAX when only packets can wake it. */
	uint64_t (*next_due)(const struct tw_task *t);
	/** Packets that come need not wake it now; NULL: they always must. */
	bool (*patient)(const struct tw_task *t);
	/** It has nothing to look after until a packet or a letter comes; NULL: it always has. */
	bool (*still)(const struct tw_task *t);
	void (*snapshot)(struct tw_task *t, void *into);
	void (*control)(struct tw_task *t, enum tw_letter_kind kind);
	void (*housekeeping)(struct tw_task *t);
	void (*destroy)(struct tw_task *t);
	enum tw_worker_role role;
	struct tw_clock_map clock;
	const struct tw_clock *clock_source;
	uint64_t next_housekeeping; /**< TSC */
	uint64_t stolen;            /**< TSC ticks in which the thread did not run */
	uint64_t stolen_longest;    /**< the most of them at a stretch */
	_Atomic uint64_t packets;   /**< w: worker, r: control (progress only) */
	_Atomic bool finished;      /**< w: worker, r: control */
	_Atomic bool wide; /**< its loop is one for this CPU's wide vectors. w: worker, r: any */
	_Atomic uint32_t notes; /**< of enum tw_stamp_note, to be logged. w: worker, r: control */
	int wake_fd; /**< eventfd that ends the worker's sleep; -1 = it never sleeps. w: control */
	struct tw_mailbox mailbox;
};

/** One thread. */
struct tw_worker {
	unsigned int lcore;
	unsigned int n_tasks;
	struct tw_task *tasks[TW_MAX_TASKS_PER_WORKER];
	bool may_sleep;
	int wake_fd;     /**< of its tasks; -1 = none */
	int finished_fd; /**< eventfd, written once all its senders have finished; -1 = none */
	bool told;       /**< that was done. w: worker */
	unsigned int n_fds;
	/** Readable when a packet is there; -1 = no more; empty = always poll. */
	int fds[TW_MAX_FDS_PER_WORKER];
	/** What has to be armed for that; NULL: nothing. */
	struct tw_rx_interrupt *interrupts[TW_MAX_FDS_PER_WORKER];
	bool armed;           /**< there are such */
	bool deaf;            /**< an interrupt was lost: it polls. w: worker */
	_Atomic bool stop;    /**< w: control, r: worker */
	_Atomic bool running; /**< w: worker, r: control */
	pthread_t thread;     /**< w: worker before running is set, r: control */
	struct tw_ns used;    /**< CPU time of its thread before this launch; the same */
};

/**
 * Let the worker sleep until this descriptor is readable; it polls for ever if there is none or the
 * interrupt behind it was lost before.
 * @param interrupt  to be armed before; NULL: the descriptor is always on
 */
void tw_worker_wait_for(struct tw_worker *w, int fd, struct tw_rx_interrupt *interrupt);

/** Start the worker on its lcore. @return 0, -EBUSY */
int tw_worker_launch(struct tw_worker *w);

/** Ask the worker to end and wait for it. */
void tw_worker_join(struct tw_worker *w);

/** CPU time that the worker's thread has used (CLOCK_THREAD_CPUTIME_ID); 0 when unknown. */
struct tw_ns tw_worker_cpu_time(const struct tw_worker *w);

/**
 * Hand a letter to a running task and wait until it is carried out.
 * @return the call's result; -ETIMEDOUT: the worker did not answer within 5 s, the letter is not
 * carried out any more
 */
int tw_task_ask(struct tw_task *t, enum tw_letter_kind kind, void *arg);

/** Run @p call in the task's thread. */
int tw_task_call(struct tw_task *t, int (*call)(struct tw_task *, void *), void *arg);

/** What a reflector task reports. */
struct tw_reflector_snapshot {
	struct tw_reflector_counters counters;
	struct tw_series residence; /**< T3 - T2 of replies */
	struct tw_stamping stamping;
	uint64_t rx_missed;
	struct tw_ns stolen;
	struct tw_ns stolen_longest;
	struct tw_clock_info clock;
};

/**
 * Create a reflector task. Snapshots are struct tw_reflector_snapshot.
 * @return 0, -ENOMEM, -EINVAL
 */
int tw_reflector_create(const struct tw_loop_port *port, const struct tw_reflector_config *cfg,
	const struct tw_clock *clock, struct tw_err *err, struct tw_task **ret_task);

/**
 * Create a sender task. Snapshots are struct tw_result (measurements only). It sends after
 * TW_LETTER_START, is `finished` when all is sent and answered or timed out, and goes on
 * receiving until the worker ends.
 * @return 0, -ENOMEM, -EINVAL
 */
int tw_sender_create(const struct tw_loop_port *port, const struct tw_sender_config *cfg,
	const struct tw_clock *clock, struct tw_err *err, struct tw_task **ret_task);

/**
 * Create a task that keeps a port in touch with its link while nothing is measured on it: neighbours
 * and pings are answered, the kernel behind the port is served. It has no results.
 * @return 0, -ENOMEM
 */
int tw_keeper_create(const struct tw_loop_port *port, const struct tw_clock *clock,
	struct tw_err *err, struct tw_task **ret_task);

void tw_task_destroy(struct tw_task *t);

#endif
