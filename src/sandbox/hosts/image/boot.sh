#!/bin/sh
# What a host of the provider sandbox does when it starts, in the order in which systemd does it on a real one.
export HOME=/root
mkdir -p /run/sshd
trap 'exit 0' TERM INT

# Docker's limits on containers want the control groups writable; version 2 also wants no process beside the groups.
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
	mount -o remount,bind,rw /sys/fs/cgroup
	mkdir -p /sys/fs/cgroup/init
	xargs -rn1 < /sys/fs/cgroup/cgroup.procs > /sys/fs/cgroup/init/cgroup.procs 2> /dev/null
	sed -e 's/ / +/g' -e 's/^/+/' < /sys/fs/cgroup/cgroup.controllers > /sys/fs/cgroup/cgroup.subtree_control
else
	for group in /sys/fs/cgroup/*/; do
		mount -o remount,bind,rw "$group" 2> /dev/null
	done
fi

cloud-init init --local
cloud-init init
/usr/sbin/sshd
caddy start --config /etc/caddy/Caddyfile

# Docker starts when somebody first asks for it; at once when it has containers to bring back.
rm -rf /run/docker.sock /run/docker.pid /run/docker
systemd-socket-activate --listen=/run/docker.sock dockerd --host=fd:// > /var/log/dockerd.log 2>&1 &
if [ -n "$(ls /var/lib/docker/containers 2> /dev/null)" ]; then
	docker version > /dev/null 2>&1 &
fi

cloud-init modules --mode=config
cloud-init modules --mode=final
# A shell that waits for no child of its own is ended by no signal; one that sleeps in between is.
while :; do
	sleep 3600 &
	wait $!
done
