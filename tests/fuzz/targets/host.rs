//! What a machine says of itself: any bytes in its files give figures within their bounds, and text that may be shown.

use sources::host::parse::{
    cpu, disk, facts, gpu, load, memory, mesh, network, process, section, temperature, units,
};
use vocab::{Percent, Time};

use super::oracle::{assert_line, halves};

pub fn host(data: &[u8]) {
    let (before, after) = halves(data);
    processors(before, after);
    devices(data);
    processes(data);
    answers(data);

    let load = load::load(data);
    assert!(
        load.iter().all(|load| load.is_finite() && *load >= 0.0),
        "{load:?}"
    );
    if let Some(uptime) = load::uptime(data) {
        assert!(
            (0..i64::MAX / 2).contains(&uptime.0),
            "{uptime:?} can be reckoned with"
        );
    }
    if let Some(memory) = memory::parse(data) {
        assert!(memory.used() <= memory.total);
        assert!(memory.swap_used <= memory.swap_total, "{memory:?}");
        assert!(memory.available <= memory.total, "{memory:?}");
    }
    for unit in units::failed(data) {
        assert_line(&unit.name);
        assert_line(&unit.description);
    }
    for text in [
        facts::system(data),
        facts::processor(data),
        facts::word(data),
        units::reboot_reason(data),
    ] {
        assert_line(&text);
    }
}

fn assert_share(share: Percent) {
    assert!(
        share.0.is_finite() && (0.0..=100.0).contains(&share.0),
        "{share:?}"
    );
}

fn processors(before: &[u8], after: &[u8]) {
    let (Some(before), Some(after)) = (cpu::parse(before), cpu::parse(after)) else {
        return;
    };
    let usage = cpu::usage(&before, &after);
    for share in [
        usage.total,
        usage.user,
        usage.system,
        usage.waiting,
        usage.stolen,
    ]
    .into_iter()
    .chain(usage.cores)
    {
        assert_share(share);
    }
}

fn devices(data: &[u8]) {
    disk::io(data);
    network::parse(data);
    for disk in disk::space(data) {
        assert_line(&disk.mount);
        assert_line(&disk.device);
        assert_share(disk.share());
    }
    for (mount, device) in disk::mounts(data) {
        assert!(
            !mount.is_empty() && !device.is_empty(),
            "{device:?} on {mount:?}"
        );
    }
    let mut gpus = gpu::gpus(data);
    gpu::attach_processes(&mut gpus, data);
    for gpu in gpus {
        assert_line(&gpu.name);
    }
    for temperature in temperature::parse(&section::sections(data)) {
        assert_line(&temperature.sensor);
        assert!(temperature.celsius.is_finite());
    }
    let mesh = mesh::parse(data, Time(1_795_269_728_112));
    for peer in mesh.peers {
        assert_line(&peer.interface);
        assert_line(&peer.public_key);
        assert_line(&peer.allowed);
    }
}

fn processes(data: &[u8]) {
    process::stats(data);
    process::statuses(data);
    process::status(data);
    for name in process::users(data).values() {
        assert_line(name);
    }
    let command = process::command(data, "worker");
    assert_line(&command);
    assert!(!command.is_empty(), "a process has a name");
}

/// The files of an answer are all of it but the headers, in order.
fn answers(data: &[u8]) {
    let sections = section::sections(data);
    let total: usize = sections
        .iter()
        .map(|section| section.name.len() + section.body.len() + 8)
        .sum();
    assert!(total <= data.len(), "no byte is in two files");
    for found in &sections {
        section::body(&sections, found.name);
        if found.body.starts_with(b"==> ") {
            let line = found
                .body
                .split(|byte| *byte == b'\n')
                .next()
                .unwrap_or_default();
            assert!(
                !line.ends_with(b" <==") || str::from_utf8(line).is_err() || line.len() < 9,
                "a header was missed"
            );
        }
    }
    let mut names: Vec<&str> = section::prefixed(data)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "each file is there once");
}
