//! What cgroup files say of containers.

use sources::docker::cgroup_text::{
    FILES_OF_ONE, FILES_OF_TWO, Reading, group_in, paths, readings_in,
};
use vocab::ContainerId;

pub fn cgroup(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let one = FILES_OF_ONE.iter().map(|(_, file)| *file);
    let mut all = Reading::default();
    for file in
        one.chain(FILES_OF_TWO)
            .chain(["memory.max", "memory.limit_in_bytes", "dev", "unknown"])
    {
        let mut reading = all;
        reading.take(file, &text);
        let mut by_line = all;
        text.lines().for_each(|line| by_line.take_line(file, line));
        assert!(
            by_line == reading || text.lines().next().is_none() || file.contains('.'),
            "{file}"
        );
        all = reading;
    }
    all.counters();

    let owner = ContainerId::new(&"a".repeat(64)).ok();
    let readings = readings_in(&text, |_| owner.clone());
    assert!(readings.len() <= text.lines().count());
    for controller in ["", "memory", "cpuacct"] {
        let Some(group) = group_in(&text, controller) else {
            continue;
        };
        for path in [paths(|_| group.clone(), 1), paths(|_| group.clone(), 2)].concat() {
            assert!(path.starts_with("/sys/fs/cgroup/"));
            assert!(
                !path.split('/').any(|part| part == ".."),
                "{path:?} leads out of the tree"
            );
            assert!(!path.contains(['\n', '\0']), "{path:?} is two");
        }
    }
}
