//! End to end: the program as it is installed, in a real terminal, with real parts around it.
//!
//! Each test starts what it needs on free ports of loopback, in temporary folders, and ends it again. What is not installed
//! is left out with a word: Docker (and dockerd for the tests that remove things), sshd, /bin/busybox.
//!
//! ```text
//! support       pty (keys in, screen out) · home (own folders, own settings) · engine (Docker) · sshd · disk · relay · process
//! console       look, filter, restart, quit      changes   stop, start, take back, remove, prune
//! nodes         over SSH                         faults    what is cut, killed or frozen heals by itself
//! terminal      sizes, signals, floods           logs      follow, filter, rotate
//! fixes         what is stopped is first, mended by two keys or by itself, and leaves the list
//! node_fixes    logs of a full disk are cut and a connection is made anew, each from its item
//! services      probed, stopped, back           sites    deployed, changed, taken back, removed
//! site_keys     the same from the keyboard alone
//! bad_input     refused before anything is made
//! site_races    several at one site, killed and told to end
//! two_at_once   one state folder, two programs   crash     kill -9 in the middle
//! command_line  every subcommand                 wall      only looks
//! site_queue    many at once, in their order
//! schedules     serve, one executor at a time, a backup that nobody asked for
//! site_types    node and wordpress, in containers on real servers
//! site_growth   two on a server that becomes larger, and back
//! site_moves    node elsewhere: a region that is down, and back
//! site_data     wordpress backed up, brought back, elsewhere, renamed
//! site_certificates   from an authority beside it, over ACME
//! ```

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test ends where its ground gives way, and says what it leaves out"
)]

mod backups;
mod bad_input;
mod changes;
mod command_line;
mod console;
mod crash;
mod faults;
mod fixes;
mod logs;
mod node_fixes;
mod nodes;
mod schedules;
mod services;
mod site_certificates;
mod site_data;
mod site_growth;
mod site_keys;
mod site_life;
mod site_logs;
mod site_moves;
mod site_queue;
mod site_races;
mod site_types;
mod sites;
mod support;
mod terminal;
mod two_at_once;
mod wall;
