//! A machine: what /proc, systemd, nvidia-smi and wg tell of it.

use serde::{Deserialize, Serialize};

use crate::{Bytes, Percent, Rate, Span, Text, Time};

/// CPU use over the last interval (`proc_stat`(5)); shares of the whole machine, 0 to 100.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CpuUse {
    /// Everything but idle and waiting for I/O.
    pub total: Percent,
    /// In programs, nice ones included.
    pub user: Percent,
    /// In the kernel, interrupts included.
    pub system: Percent,
    /// Idle while waiting for I/O.
    pub waiting: Percent,
    /// Taken by the hypervisor for other guests.
    pub stolen: Percent,
    /// Each core's total, by number.
    pub cores: Vec<Percent>,
}

/// Memory (`proc_meminfo`(5)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Memory {
    /// All there is.
    pub total: Bytes,
    /// What a program could get without swapping.
    pub available: Bytes,
    /// Page cache and reclaimable slabs.
    pub cached: Bytes,
    /// All swap.
    pub swap_total: Bytes,
    /// Swap in use.
    pub swap_used: Bytes,
}

impl Memory {
    /// Total less available.
    pub const fn used(&self) -> Bytes {
        Bytes(self.total.0.saturating_sub(self.available.0))
    }
}

/// A network interface over the last interval (`proc_net_dev`(5)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interface {
    /// Such as `eth0`.
    pub name: Text,
    /// Received.
    pub received: Rate,
    /// Sent.
    pub sent: Rate,
    /// Errors and drops since boot, both ways.
    pub errors: u64,
}

/// One look at a machine: what changes from second to second.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct HostSample {
    /// CPU.
    pub cpu: CpuUse,
    /// Load over 1, 5 and 15 minutes.
    pub load: [f32; 3],
    /// Memory.
    pub memory: Memory,
    /// Network interfaces without the loopback and containers' virtual ends.
    pub interfaces: Vec<Interface>,
    /// Read from all disks.
    pub disk_read: Rate,
    /// Written to all disks.
    pub disk_written: Rate,
    /// Since boot.
    pub uptime: Span,
    /// The machine's own clock less ours, in milliseconds, half the round trip taken off; good to half a second. `None`
    /// for this machine.
    pub clock_skew: Option<i64>,
    /// Round trip of the sample over SSH; `None` for this machine.
    pub round_trip: Option<Span>,
}

/// What hardly ever changes about a machine.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HostFacts {
    /// Its own name for itself.
    pub hostname: Text,
    /// Such as `Debian GNU/Linux 12 (bookworm)` (os-release(5)).
    pub system: Text,
    /// Such as `6.1.0-18-amd64`.
    pub kernel: Text,
    /// Such as `x86_64`.
    pub architecture: Text,
    /// Logical CPUs.
    pub cores: u32,
    /// The CPU's model.
    pub processor: Text,
}

/// A mounted file system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disk {
    /// Where it is mounted.
    pub mount: Text,
    /// Such as `/dev/sda1`.
    pub device: Text,
    /// All there is.
    pub total: Bytes,
    /// In use.
    pub used: Bytes,
    /// Left for programs (less than total minus used where some is kept for root).
    pub available: Bytes,
}

impl Disk {
    /// Share in use as `df` counts it: used of used plus available.
    pub fn share(&self) -> Percent {
        self.used
            .of(Bytes(self.used.0.saturating_add(self.available.0)))
    }
}

/// A temperature sensor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Temperature {
    /// What it measures.
    pub sensor: Text,
    /// Degrees Celsius.
    pub celsius: f32,
    /// Where the maker says it is too hot.
    pub limit: Option<f32>,
}

/// A process (`proc_pid_stat`(5)).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Process {
    /// Process id.
    pub pid: u32,
    /// Short name.
    pub name: Text,
    /// Command line, masked; the name in brackets for kernel threads.
    pub command: Text,
    /// Owner: a name where it is known, else the number.
    pub user: Text,
    /// CPU over the last interval; 100 is one core.
    pub cpu: Percent,
    /// Resident memory.
    pub memory: Bytes,
    /// `R`, `S`, `D`, `Z` …
    pub state: char,
}

/// A systemd unit that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedUnit {
    /// Its name.
    pub name: Text,
    /// What it says it is.
    pub description: Text,
}

/// What is looked at every half minute or so: disks, temperatures, units.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct HostCondition {
    /// Mounted file systems of disks.
    pub disks: Vec<Disk>,
    /// Sensors.
    pub temperatures: Vec<Temperature>,
    /// Failed units; `None` when there is no systemd to ask.
    pub failed_units: Option<Vec<FailedUnit>>,
    /// Why a reboot is pending, when it is.
    pub pending_reboot: Option<Text>,
}

/// A GPU as nvidia-smi tells of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gpu {
    /// Its number on the machine.
    pub index: u32,
    /// Such as `NVIDIA L4`.
    pub name: Text,
    /// Its UUID, which stays when the number changes.
    pub uuid: Text,
    /// Share of time a kernel ran; `None` when not reported.
    pub load: Option<Percent>,
    /// Memory in use.
    pub memory_used: Bytes,
    /// All its memory.
    pub memory_total: Bytes,
    /// Degrees Celsius.
    pub celsius: Option<f32>,
    /// Watts drawn.
    pub watts: Option<f32>,
    /// Watts it may draw.
    pub watts_limit: Option<f32>,
    /// What is wrong with it, such as `lost` or an ECC count.
    pub fault: Option<Text>,
    /// Programs on it.
    pub processes: Vec<GpuProcess>,
}

/// A program on a GPU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GpuProcess {
    /// Process id.
    pub pid: u32,
    /// Its name.
    pub name: Text,
    /// GPU memory it holds.
    pub memory: Bytes,
}

/// A WireGuard peer of a node (wg(8), `show all dump`). The private and preshared keys are never read into memory
/// beyond the line they stand in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// The interface it belongs to.
    pub interface: Text,
    /// Its public key.
    pub public_key: Text,
    /// Where it was last heard from.
    pub endpoint: Option<Text>,
    /// Addresses routed to it.
    pub allowed: Text,
    /// When it last shook hands; `None` is never.
    pub handshake: Option<Time>,
    /// Received since the interface came up.
    pub received: Bytes,
    /// Sent since then.
    pub sent: Bytes,
    /// Persistent keepalive; without one an idle peer looks dead and is not.
    pub keepalive: Option<Span>,
}

/// One node's WireGuard interfaces.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mesh {
    /// Own interfaces: name and public key.
    pub interfaces: Vec<(Text, Text)>,
    /// Peers of all interfaces.
    pub peers: Vec<Peer>,
}

/// Why a node cannot be reached, told apart because the cure differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LinkTrouble {
    /// Nothing answers at the address in time.
    Timeout,
    /// The address answers and refuses.
    Refused,
    /// The name does not resolve.
    NameUnknown,
    /// The host key is not in `known_hosts`.
    HostKeyUnknown,
    /// The host key is another than known: stop, never bypassed.
    HostKeyChanged,
    /// No key or agent let us in.
    AuthenticationFailed,
    /// The connection was there and broke, or went silent.
    Lost,
    /// Anything else; the words say what.
    Other,
}
