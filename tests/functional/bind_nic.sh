#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dpdk-twamp authors
#
# scripts/bind-nic on a made-up machine: files instead of /sys and /proc, and programs that write
# down how they were called. Needs no root.
# shellcheck source=tests/functional/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

script=$here/../../scripts/bind-nic
export TW_ROOT=$dir/root
sys=$TW_ROOT/sys
mkdir -p "$dir/bin"

# fake NAME TEXT: a program that writes down its arguments and prints what stands in a file
for tool in ip modprobe systemctl; do
	cat >"$dir/bin/$tool" <<-EOF
	#!/bin/bash
	echo "$tool \$*" >>"$dir/calls"
	[ -f "$dir/$tool.\$1.\$2" ] && cat "$dir/$tool.\$1.\$2"
	exit 0
	EOF
	chmod +x "$dir/bin/$tool"
done

# device ADDRESS VENDOR DEVICE CLASS DRIVER [INTERFACE]
device()
{
	local d=$sys/bus/pci/devices/$1
	mkdir -p "$d" "$sys/bus/pci/drivers/$5"
	echo "0x$2" >"$d/vendor"
	echo "0x$3" >"$d/device"
	echo "0x$4" >"$d/class"
	: >"$d/driver_override"
	ln -sfn "../../../../bus/pci/drivers/$5" "$d/driver"
	: >"$sys/bus/pci/drivers/$5/unbind"
	[ $# -lt 6 ] || mkdir -p "$d/net/$6" "$sys/class/net/$6"
}

machine()
{
	rm -rf "$TW_ROOT" "$dir"/ip.*
	: >"$dir/calls"
	device 0000:3b:00.0 8086 1592 020000 ice eth1
	device 0000:3b:00.1 8086 1592 020000 ice eth2
	device 0000:5e:00.0 15b3 101d 020000 mlx5_core eth3
	device 0000:00:1f.0 8086 a1c1 060100 lpc
	device 0000:01:00.0 8086 ffff 020000 unheard
	mkdir -p "$sys/bus/pci/drivers/vfio-pci" "$sys/bus/pci/drivers/uio_pci_generic" \
		"$sys/kernel/iommu_groups/7/devices"
	: >"$sys/bus/pci/drivers/vfio-pci/bind"
	: >"$sys/bus/pci/drivers/uio_pci_generic/bind"
	: >"$sys/bus/pci/drivers_probe"
	ln -s "$sys/kernel/iommu_groups/7" "$sys/bus/pci/devices/0000:3b:00.0/iommu_group"
	ln -s "$sys/bus/pci/devices/0000:3b:00.0" "$sys/bus/pci/devices/0000:3b:00.1" \
		"$sys/kernel/iommu_groups/7/devices/"
}

# bind STATUS ARGS...: out and log have what it said
bind()
{
	local want=$1 got=0
	shift
	PATH=$dir/bin:$PATH "$script" "$@" >"$dir/out" 2>"$dir/bind.log" </dev/null || got=$?
	same "status of bind-nic $*" "$want" "$got"
}

prints()
{
	checks=$((checks + 1))
	grep -qxF -- "$1" "$dir/out" || fail "no '$1' in: $(cat "$dir/out" "$dir/bind.log")"
}

untouched()
{
	same 'files written to' '' "$(cat "$sys"/bus/pci/devices/*/driver_override \
		"$sys"/bus/pci/drivers/*/*bind "$sys/bus/pci/drivers_probe")"
	check 'no program that changes anything is called' \
		not grep -vE '^ip (-[46]|-o) (route|addr) show' "$dir/calls"
}

# --- dry run -----------------------------------------------------------------------------------

machine
bind 0 auto 3b:00.0
prints '# 0000:3b:00.0 is 8086:1592: profile ice'
sed '/^#/d' "$dir/out" | diff - <(
	cat <<-EOF
	ip link set dev eth1 down
	modprobe vfio-pci
	echo 'vfio-pci' > /sys/bus/pci/devices/0000:3b:00.0/driver_override
	echo '0000:3b:00.0' > /sys/bus/pci/drivers/ice/unbind
	echo '0000:3b:00.0' > /sys/bus/pci/drivers/vfio-pci/bind
	EOF
) || fail 'the commands are others'
prints '# to undo: scripts/bind-nic --apply --undo ice 0000:3b:00.0'
prints '# 0000:3b:00.1 is in the same IOMMU group: it must leave the driver ice too'
untouched
bind 0 ice 0000:3b:00.1
prints '# no IOMMU for 0000:3b:00.1: vfio-pci takes it only in no-IOMMU mode (now: not there);'
bind 0 --driver uio_pci_generic ice 0000:3b:00.1
prints "echo '0000:3b:00.1' > /sys/bus/pci/drivers/uio_pci_generic/bind"
bind 0 auto 0000:5e:00.0
prints "# nothing to bind: DPDK shares the device with the kernel's mlx5_core"
check 'a shared device has no commands' not grep -v '^#' "$dir/out"
untouched

# --- what is refused ---------------------------------------------------------------------------

refuses()
{
	bind 1 "${@:2}"
	check "it says '$1': $(cat "$dir/bind.log")" grep -qF -- "$1" "$dir/bind.log"
	untouched
}

echo 'default via 192.0.2.254 dev eth1 proto dhcp' >"$dir/ip.-4.route"
refuses 'eth1 carries the default route (ip -4)' --apply auto 0000:3b:00.0
bind 0 auto 0000:3b:00.1 # of the other port
bind 0 --force auto 0000:3b:00.0
rm "$dir/ip.-4.route"
echo 'default via fe80::1 dev eth1 metric 1024' >"$dir/ip.-6.route"
refuses 'eth1 carries the default route (ip -6)' --apply auto 0000:3b:00.0
rm "$dir/ip.-6.route"
echo '2: eth1    inet 192.0.2.1/24 brd 192.0.2.255 scope global eth1' >"$dir/ip.-o.addr"
refuses 'eth1 has the address 192.0.2.1/24' --apply auto 0000:3b:00.0
rm "$dir/ip.-o.addr"
ln -s ../br0 "$sys/class/net/eth1/master"
mkdir "$sys/class/net/br0"
refuses 'eth1 belongs to a bridge or bond' --apply auto 0000:3b:00.0
machine
mkdir "$sys/class/net/eth1/upper_eth1.7"
echo 4 >"$sys/bus/pci/devices/0000:3b:00.0/sriov_numvfs"
refuses '0000:3b:00.0 has 4 virtual functions; eth1 carries eth1.7' --apply auto 0000:3b:00.0
bind 0 --force auto 0000:3b:00.0
echo 0 >"$sys/bus/pci/devices/0000:3b:00.0/sriov_numvfs"
refuses 'without --force: eth1 carries eth1.7' --apply auto 0000:3b:00.0
rmdir "$sys/class/net/eth1/upper_eth1.7"
bind 0 auto 0000:3b:00.0
machine
refuses 'there is no PCI device 0000:99:00.0' --apply auto 0000:99:00.0
refuses '0000:00:1f.0 is no network device' --apply ice 0000:00:1f.0
refuses 'no profile has the PCI id 8086:ffff' --apply auto 0000:01:00.0
refuses 'the profile ice does not know 8086:ffff' --apply ice 0000:01:00.0
refuses 'the profile ice does not know 15b3:101d' --apply ice 0000:5e:00.0
refuses "is no PCI address" --apply ice '../../../etc'
refuses "is no profile" --apply '../../etc/passwd' 0000:3b:00.0
refuses 'memif is not for PCI devices' --apply memif 0000:3b:00.0
refuses '--driver igb_uio: the profile has vfio-pci uio_pci_generic' \
	--apply --driver igb_uio ice 0000:3b:00.0
refuses "'--aply' is no option" --aply ice 0000:3b:00.0

# --- done --------------------------------------------------------------------------------------

# kernel FILE ADDRESS DRIVER: what the kernel does when the address is written to the file
kernel()
{
	within 10 grep -qx "$2" "$sys/bus/pci/$1" &&
		ln -sfn "../../../../bus/pci/drivers/$3" "$sys/bus/pci/devices/$2/driver"
}

kernel drivers/vfio-pci/bind 0000:3b:00.0 vfio-pci &
pids+=("$!")
bind 0 --apply auto 0000:3b:00.0
same 'driver_override' vfio-pci "$(cat "$sys/bus/pci/devices/0000:3b:00.0/driver_override")"
same 'unbound' 0000:3b:00.0 "$(cat "$sys/bus/pci/drivers/ice/unbind")"
check 'the module is loaded' grep -qx 'modprobe vfio-pci' "$dir/calls"
check 'the interface is down' grep -qx 'ip link set dev eth1 down' "$dir/calls"
bind 0 --apply auto 0000:3b:00.0
prints '# 0000:3b:00.0 is with vfio-pci already'
: >"$sys/bus/pci/drivers/vfio-pci/unbind"
kernel drivers_probe 0000:3b:00.0 ice &
pids+=("$!")
bind 0 --apply --undo auto 0000:3b:00.0
same 'driver_override' '' "$(cat "$sys/bus/pci/devices/0000:3b:00.0/driver_override")"
same 'unbound' 0000:3b:00.0 "$(cat "$sys/bus/pci/drivers/vfio-pci/unbind")"

# A kernel that does nothing is noticed.
machine
bind 1 --apply auto 0000:3b:00.0
check 'it says so' grep -qF "has the driver 'ice', not vfio-pci" "$dir/bind.log"

# --- the machine's profiles --------------------------------------------------------------------

machine
mkdir -p "$sys/kernel/mm/hugepages/hugepages-2048kB" "$sys/devices/system/cpu" "$TW_ROOT/proc/irq/9" \
	"$TW_ROOT/proc/irq/10"
echo 0 >"$sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"
echo 0-5,7 >"$sys/devices/system/cpu/online"
: >"$TW_ROOT/proc/irq/9/smp_affinity_list"
: >"$TW_ROOT/proc/irq/10/smp_affinity_list"
bind 0 hugepages
same 'dry run' 0 "$(cat "$sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages")"
bind 0 --apply hugepages
same 'hugepages' 512 "$(cat "$sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages")"
bind 1 --apply irq-affinity
bind 1 --apply --workers 0-5,7 irq-affinity
bind 1 --apply --workers 2- irq-affinity
bind 0 --apply --workers 2-4,7 irq-affinity
same 'interrupts' "0,1,5" "$(cat "$TW_ROOT/proc/irq/9/smp_affinity_list")"
same 'interrupts' "0,1,5" "$(cat "$TW_ROOT/proc/irq/10/smp_affinity_list")"
prints '# kernel command line, for good: irqaffinity=0,1,5'
check 'irqbalance is stopped' grep -qx 'systemctl stop irqbalance' "$dir/calls"
bind 0 --workers 2-4 cpu-isolation
prints '# kernel command line, for good: isolcpus=managed_irq,domain,2-4 nohz_full=2-4 rcu_nocbs=2-4'
bind 0 --apply vfio
check 'vfio-pci is loaded' grep -qx 'modprobe vfio-pci' "$dir/calls"
bind 0 --list
check 'every profile is listed' [ "$(wc -l <"$dir/out")" -eq \
	"$(find "$here/../../drivers-config" -name '*.conf' | wc -l)" ]

finish
