//! What a command in a process of its own takes.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What one run of a command took.
pub struct Run {
    pub wall: Duration,
    pub cpu: Duration,
    pub peak_mb: f64,
    /// Its exit code; `None` where a signal ended it.
    pub code: Option<i32>,
}

/// Runs a command to its end; what it says is dropped.
pub fn run(mut command: Command) -> Run {
    let (begun, before) = (Instant::now(), children_cpu());
    let mut child =
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the command can be started");
    let mut peak_mb = 0.0f64;
    let status = loop {
        peak_mb = peak_mb.max(peak_of(child.id()));
        match child.try_wait().expect("the command can be waited for") {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    Run { wall: begun.elapsed(), cpu: children_cpu() - before, peak_mb, code: status.code() }
}

/// The CPU time, user and system, of all children that have ended: fields 16 and 17 of
/// `/proc/self/stat`, in hundredths of a second.
fn children_cpu() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").expect("a Linux system");
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis((ticks(13) + ticks(14)) * 10)
}

/// The most memory that a running process has held, in MB of 1024 kB; 0 once it has ended.
fn peak_of(process: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}
