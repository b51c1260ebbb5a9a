//! `nvidia-smi --query-gpu` and `--query-compute-apps` as CSV without header and units
//! (`nvidia-smi --help-query-gpu`, `--help-query-compute-apps`).
//!
//! Traps: a value may be `[N/A]`, `[Not Supported]`, `[Unknown Error]` or `[GPU is lost]`; a GPU that fell off the bus may
//! make the whole call fail with a sentence instead of a row; Xid errors are in no column at all.

use vocab::{Bytes, Gpu, GpuProcess, Percent, Text};

use super::lines;

/// The columns that [`gpus`] reads, in their order.
pub const GPU_COLUMNS: &str = "index,uuid,name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw,power.limit,\
    ecc.errors.uncorrected.volatile.total";

/// The columns that [`attach_processes`] reads, in their order; a process's name is last, as it may hold commas.
pub const PROCESS_COLUMNS: &str = "gpu_uuid,pid,used_memory,process_name";

/// Whether a GPU is said to be gone, in any of the driver's ways to say it.
pub fn says_lost(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    [
        "gpu is lost",
        "unable to determine the device handle",
        "couldn't communicate with the nvidia driver",
        "no devices were found",
    ]
    .iter()
    .any(|mark| text.contains(mark))
}

/// A figure; `None` for every way of saying that there is none.
fn figure(word: &str) -> Option<f32> {
    word.parse().ok().filter(|value: &f32| value.is_finite())
}

fn mebibytes(word: &str) -> Bytes {
    Bytes(word.parse::<u64>().unwrap_or(0).saturating_mul(1 << 20))
}

/// Reads the rows of GPUs; lines that are none are left out.
pub fn gpus(csv: &[u8]) -> Vec<Gpu> {
    lines(csv).filter_map(row).collect()
}

fn row(line: &str) -> Option<Gpu> {
    let words: Vec<&str> = line.split(',').map(str::trim).collect();
    let [
        index,
        uuid,
        name,
        load,
        used,
        total,
        celsius,
        watts,
        limit,
        ecc,
    ] = words[..]
    else {
        return None;
    };
    let index = index.parse().ok()?;
    let fault = if words
        .iter()
        .any(|word| word.to_ascii_lowercase().contains("lost"))
    {
        Some(Text::line(
            "lost: it fell off the bus, the node must be restarted",
        ))
    } else if words.iter().any(|word| word.contains("Unknown Error")) {
        Some(Text::line("the driver reports an unknown error"))
    } else {
        let errors = ecc.parse::<u64>().ok().filter(|errors| *errors > 0);
        errors.map(|errors| {
            Text::line(format!(
                "{errors} memory errors that could not be corrected"
            ))
        })
    };
    Some(Gpu {
        index,
        name: Text::line(name),
        uuid: Text::line(uuid),
        load: figure(load).map(Percent),
        memory_used: mebibytes(used),
        memory_total: mebibytes(total),
        celsius: figure(celsius),
        watts: figure(watts),
        watts_limit: figure(limit),
        fault,
        processes: Vec::new(),
    })
}

/// Puts the rows of processes to their GPUs.
pub fn attach_processes(gpus: &mut [Gpu], csv: &[u8]) {
    for line in lines(csv) {
        let mut words = line.splitn(4, ',').map(str::trim);
        let (Some(uuid), Some(pid), Some(memory), Some(name)) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            continue;
        };
        let (Ok(pid), Some(gpu)) = (
            pid.parse(),
            gpus.iter_mut().find(|gpu| gpu.uuid.as_str() == uuid),
        ) else {
            continue;
        };
        gpu.processes.push(GpuProcess {
            pid,
            name: Text::line(name),
            memory: mebibytes(memory),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &[u8] = b"0, GPU-aaaa, NVIDIA L4, 97, 20000, 23034, 66, 71.85, 72.00, 0\n\
        1, GPU-bbbb, NVIDIA GeForce RTX 3090, [N/A], 5, 24576, 40, [Not Supported], [Not Supported], [N/A]\n\
        2, GPU-cccc, NVIDIA A100, [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost]\n\
        3, GPU-dddd, NVIDIA A100, 0, 0, 81920, 30, 50.1, 400.0, 12\n\
        Unable to determine the device handle for GPU 0000:3B:00.0: GPU is lost.  Reboot the system to recover this GPU\n";

    #[test]
    fn figures_gaps_and_faults() {
        let gpus = gpus(ROWS);
        assert_eq!(gpus.len(), 4);
        assert_eq!(
            (gpus[0].load, gpus[0].watts, &gpus[0].fault),
            (Some(Percent(97.0)), Some(71.85), &None)
        );
        assert_eq!(gpus[0].memory_used, Bytes(20_000 << 20));
        assert_eq!(
            (gpus[1].load, gpus[1].watts_limit, gpus[1].celsius),
            (None, None, Some(40.0))
        );
        assert!(gpus[2].fault.as_ref().unwrap().as_str().starts_with("lost"));
        assert!(
            gpus[3]
                .fault
                .as_ref()
                .unwrap()
                .as_str()
                .starts_with("12 memory errors")
        );
        assert!(says_lost(&String::from_utf8_lossy(ROWS)));
        assert!(says_lost(
            "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."
        ));
        assert!(!says_lost("0, GPU-aaaa, NVIDIA L4"));
    }

    #[test]
    fn programs_are_put_to_their_gpu() {
        let mut gpus = gpus(ROWS);
        attach_processes(&mut gpus, b"GPU-aaaa, 4242, 19000, /usr/bin/python3, odd\nGPU-bbbb, 7, [N/A], x\nGPU-zzzz, 1, 1, y\nnoise\n");
        assert_eq!(gpus[0].processes.len(), 1);
        assert_eq!(
            (gpus[0].processes[0].pid, gpus[0].processes[0].name.as_str()),
            (4242, "/usr/bin/python3, odd")
        );
        assert_eq!(gpus[1].processes[0].memory, Bytes(0));
    }
}
