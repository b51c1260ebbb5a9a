//! Disks: /proc/diskstats (`proc_diskstats(5)`) for what they do, mounts and `df -P -k` for what is left on them.

use std::collections::BTreeMap;

use vocab::{Bytes, Disk, Text};

use super::{lines, number};

/// Bytes read and written by all disks since boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DiskCounters {
    /// Read.
    pub read: u64,
    /// Written.
    pub written: u64,
}

/// Devices that lie on top of others, or are no disks: what they do is counted below them.
const LAYERED: [&str; 9] = [
    "loop", "ram", "zram", "dm-", "md", "sr", "fd", "drbd", "bcache",
];

/// Sums up whole disks: no partitions, nothing that lies on top of another device.
pub fn io(diskstats: &[u8]) -> DiskCounters {
    let mut devices: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for line in lines(diskstats) {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        if let (Some(name), Some(read), Some(written)) = (words.get(2), words.get(5), words.get(9))
        {
            // A sector is 512 bytes here, whatever the device's own is.
            let bytes = |sectors: &str| number(Some(sectors)).saturating_mul(512);
            devices.insert(name, (bytes(read), bytes(written)));
        }
    }
    let whole = |name: &str| {
        !LAYERED.iter().any(|layered| name.starts_with(layered)) && !is_partition(name, &devices)
    };
    let mut sum = DiskCounters::default();
    for (_, (read, written)) in devices.iter().filter(|(name, _)| whole(name)) {
        sum.read = sum.read.saturating_add(*read);
        sum.written = sum.written.saturating_add(*written);
    }
    sum
}

/// `sda1` of `sda`, `nvme0n1p2` of `nvme0n1`; some clouds have an `xvda1` without an `xvda`, which is a disk.
fn is_partition(name: &str, devices: &BTreeMap<&str, (u64, u64)>) -> bool {
    let parent = name.trim_end_matches(|c: char| c.is_ascii_digit());
    if parent == name {
        return false;
    }
    let before_p = parent
        .strip_suffix('p')
        .filter(|parent| parent.ends_with(|c: char| c.is_ascii_digit()));
    devices.contains_key(before_p.unwrap_or(parent))
}

/// File systems whose space an operator runs out of.
const KEPT: [&str; 14] = [
    "ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "bcachefs", "vfat", "exfat", "ntfs3",
    "jfs", "reiserfs", "nilfs2",
];

/// Mount points of /proc/self/mounts whose space counts, with their devices: file systems of real disks, each device
/// once at its shortest path, and whatever `/` is.
pub fn mounts(mounts: &[u8]) -> Vec<(String, String)> {
    let mut by_device: BTreeMap<String, String> = BTreeMap::new();
    for line in lines(mounts) {
        let mut words = line.split_ascii_whitespace();
        let (Some(device), Some(mount), Some(kind)) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        let (device, mount) = (unescape(device), unescape(mount));
        if mount != "/" && !KEPT.contains(&kind) || device.starts_with("/dev/loop") {
            continue;
        }
        let shorter = by_device
            .get(&device)
            .is_none_or(|known| mount.len() < known.len());
        if shorter {
            by_device.insert(device, mount);
        }
    }
    let mut found: Vec<(String, String)> = by_device
        .into_iter()
        .map(|(device, mount)| (mount, device))
        .collect();
    found.sort();
    found
}

/// Takes back the octal escapes of blanks in a path of /proc/mounts (`\040` is a space; getmntent(3)).
fn unescape(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let digits = tail
            .get(..3)
            .filter(|digits| digits.iter().all(|digit| (b'0'..b'8').contains(digit)));
        match digits {
            Some(digits) if *first == b'\\' => {
                let code = digits
                    .iter()
                    .fold(0_u32, |code, digit| code * 8 + u32::from(digit - b'0'));
                bytes.push(code as u8);
                rest = &tail[3..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads `df -P -k` (POSIX df(1)): one line a file system, six columns, the last to the end of the line. A device that
/// is mounted at several places counts once, at its shortest path.
pub fn space(df: &[u8]) -> Vec<Disk> {
    let mut found: BTreeMap<Text, Disk> = BTreeMap::new();
    for disk in lines(df).filter_map(df_line) {
        let known = found.get(&disk.device);
        if known.is_none_or(|known| disk.mount.as_str().len() < known.mount.as_str().len()) {
            found.insert(disk.device.clone(), disk);
        }
    }
    let mut disks: Vec<Disk> = found.into_values().collect();
    disks.sort_by(|a, b| a.mount.cmp(&b.mount));
    disks
}

fn df_line(line: &str) -> Option<Disk> {
    // From the right, as a device's name may hold spaces; the mount point is found after the share, `41%`.
    let (left, mount) = line.split_once("% ")?;
    let mut words = left.rsplit(' ').filter(|word| !word.is_empty());
    words.next()?;
    let available: u64 = words.next()?.parse().ok()?;
    let used: u64 = words.next()?.parse().ok()?;
    let total: u64 = words.next()?.parse().ok()?;
    let device = words.next()?;
    (total > 0).then(|| Disk {
        mount: Text::line(mount.trim()),
        device: Text::line(device),
        total: Bytes::kibi(total),
        used: Bytes::kibi(used),
        available: Bytes::kibi(available),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_disks_are_counted_once() {
        let text = b"   8 0 sda 100 0 2000 5 50 0 1000 9 0 0 0\n   8 1 sda1 90 0 1900 5 50 0 900 9 0 0 0\n\
            259 0 nvme0n1 1 0 10 0 1 0 20 0 0 0 0\n 259 1 nvme0n1p1 1 0 10 0 1 0 20 0 0 0 0\n 7 0 loop0 9 9 9 9 9 9 9 9\n\
            253 0 dm-0 5 5 5 5 5 5 5 5\n 202 1 xvdb1 1 0 2 0 1 0 3 0\n 8 16 sdb garbage\n";
        assert_eq!(
            io(text),
            DiskCounters {
                read: 2012 * 512,
                written: 1023 * 512
            }
        );
    }

    #[test]
    fn space_as_df_tells_it() {
        let text = b"Filesystem     1024-blocks     Used Available Capacity Mounted on\n\
            /dev/sda1         41152736 29000000  10000000      75% /\n/dev/sda1 41152736 29000000 10000000 75% /var/lib/bind mount\n\
            tank/my data 1000 400 600 40% /tank/my data\nnone 0 0 0 - /proc\n/dev/x 100 200 -100 200% /full\n";
        let disks = space(text);
        let mounts: Vec<&str> = disks.iter().map(|disk| disk.mount.as_str()).collect();
        assert_eq!(mounts, ["/", "/tank/my data"]);
        assert_eq!(disks[0].available, Bytes::kibi(10_000_000));
    }

    #[test]
    fn mounts_of_real_disks() {
        let text = b"proc /proc proc rw 0 0\n/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /mnt/my\\040disk xfs rw 0 0\n/dev/sdb1 /m xfs rw 0 0\n\
            host:/x /nfs nfs4 rw 0 0\n/dev/loop3 /snap/core squashfs ro 0 0\ntmpfs /run tmpfs rw 0 0\nbroken\n";
        assert_eq!(
            mounts(text),
            [
                ("/".into(), "/dev/sda1".into()),
                ("/m".into(), "/dev/sdb1".into())
            ]
        );
        assert_eq!(
            mounts(b"overlay / overlay rw 0 0"),
            [("/".to_owned(), "overlay".to_owned())]
        );
        assert_eq!(unescape("a\\040b\\9\\"), "a b\\9\\");
    }
}
