#!/bin/sh
# What a host of the provider sandbox does when it starts, in the order in which systemd does it on a real one.
export HOME=/root
mkdir -p /run/sshd
trap 'exit 0' TERM INT
cloud-init init --local
cloud-init init
/usr/sbin/sshd
caddy start --config /etc/caddy/Caddyfile
cloud-init modules --mode=config
cloud-init modules --mode=final
# A shell that waits for no child of its own is ended by no signal; one that sleeps in between is.
while :; do
	sleep 3600 &
	wait $!
done
