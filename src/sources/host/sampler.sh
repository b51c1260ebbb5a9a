# Wheelhouse's sampler: reads requests `word mark` from its input, answers each between two lines with the mark, and
# ends with its input. Writes nothing to disk, changes nothing. POSIX sh, dash and busybox; as few processes as can be.
LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL PATH
exec 2>/dev/null
limit=
if timeout 1 true; then limit='timeout 5'; fi

# Mount points of real disks: a network file system whose server is gone would hold df for ever.
disks() {
    set --
    while read -r device mount kind rest; do
        case $device in /dev/loop*) continue ;; esac
        case $mount:$kind in
        /:* | *:ext[234] | *:xfs | *:btrfs | *:zfs | *:f2fs | *:bcachefs | *:vfat | *:exfat | *:ntfs3 | *:jfs | *:reiserfs | *:nilfs2)
            case $mount in *\\*) mount=$(printf %b "$mount") ;; esac
            set -- "$@" "$mount"
            ;;
        esac
    done </proc/self/mounts
    $limit df -P -k "$@"
}

while read -r word mark; do
    printf '== begin %s\n' "$mark"
    case $word in
    sample)
        grep -Hv -e '^intr ' -e '^softirq ' /proc/stat /proc/meminfo /proc/loadavg /proc/uptime /proc/net/dev /proc/diskstats
        ;;
    processes)
        echo '==> stat <=='
        cat /proc/uptime /proc/[0-9]*/stat
        echo '==> status <=='
        grep -H -e '^Uid:' -e '^VmRSS:' /proc/[0-9]*/status
        head -c 400 /proc/[0-9]*/cmdline
        ;;
    condition)
        echo '==> date <=='
        date +%s
        echo '==> df <=='
        disks
        if [ -d /run/systemd/system ]; then
            echo '==> units <=='
            $limit systemctl list-units --state=failed --no-legend --plain --no-pager && echo '==> units-read <=='
        fi
        head -n 40 /run/reboot-required /run/reboot-required.pkgs \
            /sys/class/hwmon/hwmon*/name /sys/class/hwmon/hwmon*/temp*_input /sys/class/hwmon/hwmon*/temp*_label \
            /sys/class/hwmon/hwmon*/temp*_max /sys/class/hwmon/hwmon*/temp*_crit \
            /sys/class/thermal/thermal_zone*/type /sys/class/thermal/thermal_zone*/temp
        ;;
    facts)
        echo '==> architecture <=='
        uname -m
        echo '==> cores <=='
        grep -c '^cpu[0-9]' /proc/stat
        echo '==> cpuinfo <=='
        grep -m 1 -e '^model name' -e '^Model' -e '^Hardware' -e '^cpu model' -e '^uarch' -e '^machine' /proc/cpuinfo
        echo '==> tools <=='
        for tool in nvidia-smi wg; do command -v $tool >/dev/null && echo $tool; done
        head -n 2000 /proc/sys/kernel/hostname /proc/sys/kernel/osrelease /etc/os-release /etc/passwd
        ;;
    esac
    printf '\n== end %s\n' "$mark"
done
